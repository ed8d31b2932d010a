import { describe, expect, it } from 'vitest'
import type { ToolSpec } from '../../src/models/model.ts'
import { chooseTools } from '../../src/models/offline/choose-tool.ts'

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
const webSearch = tool(
  'web_search',
  'Search the web',
  { query: string, limit: { type: 'integer' } },
  ['query'],
)
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
const delivery = tool(
  'create_delivery',
  'Create a delivery',
  {
    address: {
      type: 'object',
      properties: { city: string, zip_code: string },
      required: ['city'],
    },
    express: { type: 'boolean' },
  },
  ['address'],
)
const average = tool('compute_average', 'Average of a list of numbers', {
  numbers: { type: 'array', items: number },
})
const playMusic = tool('play_music', 'Play a song', { song: string })

const everything = [
  ...[weather, time, calculator, email, event, events, removal, order, stock, currency, reminder],
  ...[webSearch, documents, customer, sql, translate, flights, table, light, ticket, shopping],
  ...[fetchPage, news, user, ping, average, playMusic],
]

const dice = tool('roll_dice', 'Roll dice and return the results', {
  sides: { type: 'integer', description: 'Number of sides' },
  count: { type: 'integer', default: 1 },
})
const price = tool('get_product_price', 'Look up the price of a product', { product_name: string })
const task = tool(
  'create_task',
  'Create a new task in the project tracker',
  { title: string, due_date: string, assignee: string, tags: { type: 'array', items: string } },
  ['title'],
)
const issues = tool(
  'github_list_issues',
  'List issues in a GitHub repository',
  { repo: string, state: { type: 'string', enum: ['open', 'closed'] } },
  ['repo'],
)
const slack = tool('send_slack_message', 'Send a message to a Slack channel', {
  channel: string,
  message: string,
})
const mortgage = tool('calculate_mortgage', 'Monthly payment of a mortgage', {
  principal: number,
  rate: { type: 'number', description: 'Annual interest rate in percent' },
  years: { type: 'integer' },
})
const parcel = tool('track_package', 'Track a package', { tracking_number: string })
const horoscope = tool('get_horoscope', "Today's horoscope for an astrological sign.", {
  sign: { type: 'string', description: 'An astrological sign like Taurus or Aquarius' },
})
const multiply = tool('multiply', 'Multiply two integers', {
  a: { type: 'integer' },
  b: { type: 'integer' },
})
const others = [dice, price, task, issues, slack, mortgage, parcel, horoscope, multiply]

const one = (name: string, given: object) => [{ name, arguments: given }]

const calls: [message: string, expected: object[], tools?: ToolSpec[]][] = [
  [
    "What's the weather in San Francisco?",
    one('get_current_weather', { location: 'San Francisco' }),
  ],
  [
    "What's the weather in San Francisco, CA?",
    one('get_current_weather', { location: 'San Francisco, CA' }),
  ],
  [
    'How is the weather in Paris in celsius?',
    one('get_current_weather', { location: 'Paris', unit: 'celsius' }),
  ],
  ["what's the weather like in paris?", one('get_current_weather', { location: 'paris' })],
  ['Tokyo weather', one('get_current_weather', { location: 'Tokyo' })],
  ['Weather for New York today', one('get_current_weather', { location: 'New York' })],
  ['Is it going to rain in London tomorrow?', one('get_current_weather', { location: 'London' })],
  ["Hi! I'm Bob. What is the weather in Lima?", one('get_current_weather', { location: 'Lima' })],
  [
    "What's the weather in Paris and Tokyo?",
    [
      { name: 'get_current_weather', arguments: { location: 'Paris' } },
      { name: 'get_current_weather', arguments: { location: 'Tokyo' } },
    ],
  ],
  [
    'Weather forecast for Paris, Tokyo and San Francisco for 3 days',
    one('getWeatherForecast', { cities: ['Paris', 'Tokyo', 'San Francisco'], days: 3 }),
    [forecast, calculator],
  ],
  [
    'Tell me the weather in Paris and the time in Tokyo',
    [
      { name: 'get_current_weather', arguments: { location: 'Paris' } },
      { name: 'get_current_time', arguments: { timezone: 'Asia/Tokyo' } },
    ],
  ],
  ['What time is it in New York?', one('get_current_time', { timezone: 'America/New_York' })],
  ['what is 12 * 7', one('calculator', { expression: '12 * 7' })],
  ['What is 15% of 200?', one('calculator', { expression: '15 / 100 * 200' })],
  ['Calculate (3 + 4) * 2', one('calculator', { expression: '(3 + 4) * 2' })],
  ['what is 12 times 7?', one('calculator', { expression: '12 * 7' })],
  ['Add 3 and 4', one('add_numbers', { a: 3, b: 4 }), [weather, addNumbers]],
  [
    'Send an email to bob@example.com about the launch saying we ship on Friday.',
    one('send_email', { to: 'bob@example.com', subject: 'the launch', body: 'we ship on Friday' }),
  ],
  [
    'Schedule a meeting with Bob tomorrow at 3pm',
    one('create_calendar_event', {
      title: 'meeting with Bob',
      date: 'tomorrow',
      time: '3pm',
      attendees: ['Bob'],
    }),
  ],
  ['What events do I have on 2026-11-05?', one('list_calendar_events', { date: '2026-11-05' })],
  ['Delete the event EVT-42', one('delete_event', { event_id: 'EVT-42' })],
  ['Where is my order 12345?', one('get_order_status', { order_id: '12345' })],
  ['Can you check the status of order #A-981?', one('get_order_status', { order_id: 'A-981' })],
  ['What is the stock price of AAPL?', one('get_stock_price', { symbol: 'AAPL' })],
  [
    'Compare the stock price of AAPL and MSFT',
    [
      { name: 'get_stock_price', arguments: { symbol: 'AAPL' } },
      { name: 'get_stock_price', arguments: { symbol: 'MSFT' } },
    ],
  ],
  [
    'convert 100 USD to EUR',
    one('convert_currency', { amount: 100, from_currency: 'USD', to_currency: 'EUR' }),
  ],
  [
    'How many euros is 50 dollars?',
    one('convert_currency', { amount: 50, from_currency: 'USD', to_currency: 'EUR' }),
  ],
  ['Remind me to call mom at 5pm', one('set_reminder', { text: 'call mom', time: '5pm' })],
  [
    'Search the web for TypeScript 7 news',
    one('web_search', { query: 'TypeScript 7 news' }),
    [weather, webSearch, calculator],
  ],
  [
    'Find the top 5 results on the web about solar panels',
    one('web_search', { query: 'solar panels', limit: 5 }),
    [webSearch],
  ],
  [
    'What do the documents say about parental leave?',
    one('search_documents', { query: 'parental leave' }),
  ],
  ['Look up the customer jane@example.com', one('lookup_customer', { email: 'jane@example.com' })],
  [
    'Run SELECT name FROM users WHERE age > 30',
    one('query_database', { sql: 'SELECT name FROM users WHERE age > 30' }),
  ],
  [
    'Translate "good morning" to French',
    one('translate_text', { text: 'good morning', target_language: 'French' }),
  ],
  [
    'Translate good morning into Spanish',
    one('translate_text', { text: 'good morning', target_language: 'Spanish' }),
  ],
  [
    'Find flights from Paris to New York on 2026-12-24 for 2 passengers',
    one('search_flights', {
      origin: 'Paris',
      destination: 'New York',
      date: '2026-12-24',
      passengers: 2,
    }),
  ],
  [
    'Find a flight from Oslo to Rome tomorrow',
    one('search_flights', { origin: 'Oslo', destination: 'Rome', date: 'tomorrow', passengers: 1 }),
  ],
  [
    'Book a table for four people in Rome at 19:30',
    one('book_restaurant', { city: 'Rome', party_size: 4, time: '19:30' }),
  ],
  [
    'Turn off the light in the living room',
    one('set_light', { room: 'living_room', state: 'off' }),
  ],
  [
    'Create a high priority ticket called "Login is broken"',
    one('create_ticket', { title: 'Login is broken', priority: 'high' }),
  ],
  [
    'Add milk, eggs and bread to my shopping list',
    one('add_to_shopping_list', { items: ['milk', 'eggs', 'bread'] }),
  ],
  ['Fetch https://example.com/a?b=1.', one('fetch_url', { url: 'https://example.com/a?b=1' })],
  ["What's the latest news about Mars?", one('get_news', { topic: 'Mars' })],
  ['Get user 42', one('get_user', { user_id: 42 })],
  ['Ping the server', one('ping_server', {})],
  [
    'Create an express delivery to Berlin',
    one('create_delivery', { address: { city: 'Berlin' }, express: true }),
    [delivery],
  ],
  ['What is the average of 4, 8 and 15?', one('compute_average', { numbers: [4, 8, 15] })],
  ['Play "Yesterday"', one('play_music', { song: 'Yesterday' })],
  ['Roll 2 dice with 6 sides', one('roll_dice', { sides: 6, count: 2 }), others],
  ['How much is the "iPhone 15"?', one('get_product_price', { product_name: 'iPhone 15' }), others],
  [
    'Create a task to review the budget due 2026-12-01 for Alice',
    one('create_task', { title: 'review the budget', due_date: '2026-12-01', assignee: 'Alice' }),
    others,
  ],
  [
    'List open issues in the repo vercel/next.js',
    one('github_list_issues', { repo: 'vercel/next.js', state: 'open' }),
    others,
  ],
  [
    'Send a Slack message to #general saying deploy is done',
    one('send_slack_message', { channel: '#general', message: 'deploy is done' }),
    others,
  ],
  [
    'Calculate the mortgage for 300000 at 4.5% over 30 years',
    one('calculate_mortgage', { principal: 300000, rate: 4.5, years: 30 }),
    others,
  ],
  [
    'Track package 1Z999AA10123456784',
    one('track_package', { tracking_number: '1Z999AA10123456784' }),
    others,
  ],
  ['What is my horoscope? I am an Aquarius.', one('get_horoscope', { sign: 'Aquarius' }), others],
  ['what is 6 times 7', one('multiply', { a: 6, b: 7 }), others],
]

const quiet = [
  'Hello',
  'Hi there!',
  'Thanks!',
  'Thank you for the weather report',
  'My name is Sarah',
  'I work at Google as a software engineer.',
  'What is my name?',
  'What do you know about me?',
  'Who are you?',
  'What can you do?',
  'Tell me a joke',
  'I like the weather in Spain',
  'The weather was lovely in Rome yesterday.',
  'What a time to be alive!',
  'I had a great time in Paris.',
  "Don't send the email.",
  'ok',
  'Yes, please',
  'Why is the sky blue?',
  'What is the capital of France?',
  'Write a haiku about autumn leaves',
  'Explain recursion to a five year old',
  'How do I learn Spanish?',
  'I am 31 years old and live in Berlin.',
  'What is the meaning of life?',
  'Goodbye',
  'That was helpful',
  'My favourite colour is green.',
  'Bonjour, comment ça va ?',
  '你好',
  '🙂',
  '',
  '   ',
]

describe('chooseTools', () => {
  it.each(calls)('%s', (message, expected, tools = everything) => {
    expect(chooseTools(message, tools)).toEqual({ type: 'call', calls: expected })
  })

  it.each(quiet)('calls nothing for: %s', (message) => {
    expect(chooseTools(message, everything)).toBeNull()
  })

  it.each([
    ["What's the weather?", 'get_current_weather', ['location']],
    ['Send an email please', 'send_email', ['to']],
    ['What is the status of my order?', 'get_order_status', ['order_id']],
  ])('asks for what is missing: %s', (message, name, missing) => {
    expect(chooseTools(message, everything)).toEqual({ type: 'ask', name, missing })
  })

  it('calls nothing without tools', () => {
    expect(chooseTools("What's the weather in Paris?", [])).toBeNull()
  })

  it.each<[string, Record<string, unknown>]>([
    ['no parameters', {}],
    ['no properties', { type: 'object' }],
    ['properties that are not an object', { type: 'object', properties: 7, required: 'x' }],
    ['a dangling $ref', { $ref: '#/$defs/nowhere' }],
    ['a $ref to itself', { $ref: '#' }],
    ['additional properties alone', { type: 'object', additionalProperties: { type: 'string' } }],
    ['a null schema', { type: 'object', properties: { a: null, b: true } }],
  ])('lives with %s', (_name, parameters) => {
    const choice = chooseTools('Ping the server', [{ name: 'ping_server', parameters }])
    expect(choice).toEqual({ type: 'call', calls: one('ping_server', {}) })
  })

  it('reads $ref, anyOf, type arrays and const', () => {
    const parameters = {
      type: 'object',
      $defs: { Place: { type: 'object', properties: { city: string }, required: ['city'] } },
      properties: {
        where: { $ref: '#/$defs/Place' },
        unit: { anyOf: [{ type: 'null' }, { type: 'string', enum: ['celsius', 'kelvin'] }] },
        days: { type: ['integer', 'null'], description: 'Number of days' },
        version: { const: 2 },
      },
      required: ['where', 'unit', 'days', 'version'],
    }
    const choice = chooseTools('Weather in Oslo for 4 days in kelvin', [
      { name: 'weather', parameters },
    ])
    const given = { where: { city: 'Oslo' }, unit: 'kelvin', days: 4, version: 2 }
    expect(choice).toEqual({ type: 'call', calls: one('weather', given) })
  })

  it('never fills what the schema forbids', () => {
    const parameters = (property: object) => ({
      type: 'object',
      properties: { order_id: property },
      required: ['order_id'],
    })
    const ask = { type: 'ask', name: 'get_order', missing: ['order_id'] }
    const choose = (property: object) =>
      chooseTools('Get order 12345', [{ name: 'get_order', parameters: parameters(property) }])
    expect(choose({ type: 'string', enum: ['a1', 'b2'] })).toEqual(ask)
    expect(choose({ type: 'string', pattern: '^ORD-' })).toEqual(ask)
    expect(choose({ type: 'integer', maximum: 99 })).toEqual(ask)
    expect(choose({ type: 'string', pattern: '^\\d+$' })).toMatchObject({ type: 'call' })
    expect(choose({ type: 'string', pattern: '(((' })).toMatchObject({ type: 'call' })
  })

  it('asks for a required parameter which the schema does not describe', () => {
    const parameters = { type: 'object', properties: {}, required: ['token'] }
    const choice = chooseTools('Get the order', [{ name: 'get_order', parameters }])
    expect(choice).toEqual({ type: 'ask', name: 'get_order', missing: ['token'] })
  })
})
