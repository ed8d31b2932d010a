import { it } from 'vitest'
import { decide } from '../../src/models/offline/decide.ts'
let seed=7; const r=(n:number)=>{seed=(Math.imul(seed,1103515245)+12345)>>>0; return (seed>>>8)%n}
const pick=(a:any[])=>a[r(a.length)]
const bits=['What','is','the','weather','in','Paris',' and ',', ','"','“',"'",'{','}','"a":','[',']','(',')','12','*','+','%','-','@','a@b.co','http://x','www.','#','order','12345','USD','$','€','to','from','about','called','saying',':','?','!','.','\n','\t',' ','  ','A','AA','é','中文','😀','today','tomorrow','2026-11-01','3pm','select','from','keys','fields','json','name','my','I','you','not','- ','## Memories\n','## Passages\n','[f.txt] ','```offline\n','\\','/','|','_','camelCase','x_y','and','the','San Francisco, CA','Mr.','O’Neil']
const types=['string','number','integer','boolean','array','object','null',undefined,['string','null'],7]
const names=['location','city','query','expression','email','to','from','date','time','amount','from_currency','to_currency','symbol','order_id','title','name','sql','url','timezone','language','limit','sign','items','enabled','$ref','__proto__','constructor']
const schema=(d:number):any=>{ if(r(12)===0)return pick([null,true,7,'x',[]]); const s:any={}; const t=pick(types); if(t!==undefined)s.type=t
 if(r(6)===0)s.enum=pick([['celsius','fahrenheit'],[1,2],[],['a'],[null],'x']); if(r(8)===0)s.default=pick([1,'x',null,true,[]]); if(r(10)===0)s.const=pick([1,'x']); if(r(10)===0)s.pattern=pick(['^(a+)+$','(((','^\\d+$',7]); if(r(8)===0)s.format=pick(['email','date','uri','uuid','date-time','zzz']); if(r(10)===0)s.anyOf=pick([[{type:'null'},{type:'string'}],[],'x',[null]]); if(r(12)===0)s.$ref=pick(['#','#/$defs/A','http://x','#/%E0%A4']); if(r(10)===0)s.examples=['ORD-1']
 if(d<3&&r(2)===0){s.properties={};for(let i=r(4);i>=0;i--)s.properties[pick(names)]=schema(d+1); s.required=pick([Object.keys(s.properties),[],'x',[7],['zzz']])}
 if(d<3&&r(3)===0)s.items=pick([schema(d+1),[schema(d+1)],true]); if(r(6)===0)s.description=pick(['The city','Number of people','email address','(((',''])
 return s}
it('fuzz',()=>{ let slow:[number,string][]=[]; let calls=0
 for(let i=0;i<6000;i++){ const long=r(10)===0; const one=()=>{let t='';const n=long?r(3)+1:r(25);const unit=Array.from({length:n+1},()=>pick(bits)+(r(2)?' ':'')).join('');t=long?unit.repeat(Math.ceil(20000/Math.max(1,unit.length))):unit;return t}
  const tools=Array.from({length:r(4)},()=>({name:pick(['get_weather','search','send_email','calculator','x','','getOrder','convert_currency','__proto__','create event!']),description:pick(['Get the weather','',undefined as any]),parameters:pick([schema(0),{...schema(0),type:'object',properties:{location:schema(1),[pick(names)]:schema(1)},required:['location']}]) as any}))
  for(const t of tools) if(typeof t.parameters!=='object'||t.parameters===null)t.parameters={} as any
  const turns:any[]=[{role:'user',text:one()},{role:'assistant',text:r(2)?'To use x I need the y.':'',calls:[]},{role:'user',text:one()}]; if(r(6)===0)turns.push({role:'tool',callId:'c',name:'x',text:one()})
  const p={provider:'a',model:'b',system:r(2)?one().replace('```offline',''):null,turns,tools,json:r(3)===0,thinking:null}
  const a=performance.now(); let d; try{d=decide(p as any)}catch(e){console.log('=> CRASH',(e as Error).stack?.slice(0,600),JSON.stringify(p).slice(0,600)); if(slow.length>10)return; continue}
  const ms=performance.now()-a; slow.push([ms,JSON.stringify(p.turns.at(-1).text).slice(0,120)+' tools '+tools.length+' json '+p.json+' sys '+String(p.system).slice(0,80)+JSON.stringify(turns[0].text).slice(0,80)])
  if(p.json&&!d.calls.length)JSON.parse(d.text); for(const c of d.calls){calls++;JSON.parse(c.arguments)} if(!d.calls.length&&!d.text)console.log('=> EMPTY',JSON.stringify(p).slice(0,300))
 }
 slow.sort((a,b)=>b[0]-a[0]); console.log('=> calls',calls); for(const s of slow.slice(0,8))console.log('=>',s[0].toFixed(0),s[1])
},300000)
