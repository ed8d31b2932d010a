import { it } from 'vitest'
import { chooseTools } from '../../src/models/offline/choose-tool.ts'
import { everything, webSearch } from './zz-tools.ts'
it('x', () => {
 for (const m of ['Schedule a meeting with Bob tomorrow at 3pm','How many euros is 50 dollars?','What do the documents say about parental leave?','Create a high priority ticket called "Login is broken"',"What's the latest news about Mars?",'Play "Yesterday"','What is the capital of France?','Write a haiku about autumn leaves','How do I learn Spanish?','Thank you for the weather report']) console.log(m, JSON.stringify(chooseTools(m, everything)))
 console.log(JSON.stringify(chooseTools('Find the top 5 results on the web about solar panels',[webSearch])))
})
