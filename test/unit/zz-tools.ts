
import type { ToolSpec } from "../../src/models/model.ts"


type Properties = Record<string, unknown>

const tool = (
  name: string,
  description: string,
  properties: Properties = {},
  required = Object.keys(properties),
): ToolSpec => ({ name, description, parameters: { type: 'object', properties, required } })

const string = { type: 'string' }
const number = { type: 'number' }

const weather = tool(
  'get_current_weather',
  'Get the current weather in a given location',
  {
    location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
    unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
  },
  ['location'],
)
const forecast = tool('getWeatherForecast', 'Weather forecast for several days', {
  cities: { type: 'array', items: string },
  days: { type: 'integer', description: 'Number of days' },
})
const time = tool('get_current_time', 'Get the current time in a timezone', {
  timezone: { type: 'string', description: 'IANA timezone' },
})
const calculator = tool('calculator', 'Evaluate a mathematical expression', { expression: string })
const addNumbers = tool('add_numbers', 'Add two numbers', { a: number, b: number })
const email = tool('send_email', 'Send an email to a recipient', {
  to: { type: 'string', description: 'Email address of the recipient' },
  subject: string,
  body: string,
})
const event = tool(
  'create_calendar_event',
  'Create an event in the calendar',
  { title: string, date: string, time: string, attendees: { type: 'array', items: string } },
  ['title', 'date'],
)
const events = tool('list_calendar_events', 'List the events of a day', { date: string }, [])
const removal = tool('delete_event', 'Delete an event from the calendar', { event_id: string })
const order = tool('get_order_status', 'Look up the status of an order', { order_id: string })
const stock = tool('get_stock_price', 'Current price of a stock', {
  symbol: { type: 'string', description: 'Ticker symbol' },
})
const currency = tool('convert_currency', 'Convert an amount from one currency to another', {
  amount: number,
  from_currency: string,
  to_currency: string,
})
const reminder = tool('set_reminder', 'Set a reminder', { text: string, time: string })
export const webSearch = tool('web_search', 'Search the web', { query: string, limit: { type: 'integer' } }, [
  'query',
])
const documents = tool('search_documents', 'Search the documents of the company', { query: string })
const customer = tool('lookup_customer', 'Find a customer by email', { email: string })
const sql = tool('query_database', 'Run a SQL query', { sql: string })
const translate = tool('translate_text', 'Translate text into another language', {
  text: string,
  target_language: string,
})
const flights = tool('search_flights', 'Search for flights', {
  origin: string,
  destination: string,
  date: string,
  passengers: { type: 'integer', default: 1 },
})
const table = tool('book_restaurant', 'Book a table at a restaurant', {
  city: string,
  party_size: { type: 'integer', description: 'Number of people' },
  time: string,
})
const light = tool('set_light', 'Turn a light on or off', {
  room: { type: 'string', enum: ['kitchen', 'bedroom', 'living_room'] },
  state: { type: 'string', enum: ['on', 'off'] },
})
const ticket = tool('create_ticket', 'Open a support ticket', {
  title: string,
  priority: { type: 'string', enum: ['low', 'medium', 'high'], default: 'medium' },
})
const shopping = tool('add_to_shopping_list', 'Add items to the shopping list', {
  items: { type: 'array', items: string },
})
const fetchPage = tool('fetch_url', 'Fetch a web page', { url: { type: 'string', format: 'uri' } })
const news = tool('get_news', 'Latest news about a topic', { topic: string })
const user = tool('get_user', 'Get a user by id', { user_id: { type: 'integer' } })
const ping = tool('ping_server', 'Ping the server', {})
const delivery = tool('create_delivery', 'Create a delivery', {
  address: {
    type: 'object',
    properties: { city: string, zip_code: string },
    required: ['city'],
  },
  express: { type: 'boolean' },
}, ['address'])
const average = tool('compute_average', 'Average of a list of numbers', {
  numbers: { type: 'array', items: number },
})
const playMusic = tool('play_music', 'Play a song', { song: string })

export const everything = [
  ...[weather, time, calculator, email, event, events, removal, order, stock, currency, reminder],
  ...[webSearch, documents, customer, sql, translate, flights, table, light, ticket, shopping],
  ...[fetchPage, news, user, ping, average, playMusic],
]

