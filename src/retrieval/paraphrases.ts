import { stem } from './stem.ts'

/**
 * Everyday English words that stand in for one another when people ask about their lives. Written
 * for this project from general knowledge; a word may be in several groups. `a > b c` means that
 * asking for a may mean b or c, and not the other way about.
 */
const groups = `
job work career occupation profession employer company position
job work > boss colleague office shift hire hired quit resign retire engineer nurse teacher lawyer
quit resign leave fired notice retire
home house apartment flat place rent landlord
live home move moved relocate neighbourhood
pet > dog cat puppy kitten hamster rabbit parrot horse fish turtle
dog puppy ; cat kitten ; animal > dog cat horse bird fish
child kid son daughter baby toddler twin ; parent mother father mum mom dad
sibling brother sister twin ; grandparent grandma grandmother grandpa grandfather
nephew niece > sister brother twin ; aunt uncle
partner boyfriend girlfriend husband wife spouse fiance date dating
marry married wedding engaged bride husband wife ; relationship > single dating married engaged divorced partner
friend buddy mate pal ; family > mother father sister brother parent kid
hobby > paint draw pottery hike climb read garden knit cook bake dance sing photograph run swim cycle surf
activity > hike camp swim paint climb yoga run dance pottery museum
sport > run swim surf football soccer tennis basketball yoga climb ski box gym
exercise workout gym fitness train run swim yoga
race marathon run competition tournament championship
instrument > guitar piano violin cello drum flute saxophone clarinet ukulele
music song band concert album sing ; play > guitar piano violin
pottery ceramic clay kiln ; art paint draw sketch sculpture exhibition gallery museum
movie film cinema documentary series show ; book novel author read story
write writer blog journal article poem
food meal dish dinner lunch breakfast eat recipe restaurant cuisine
cook bake recipe dish ; cake pastry bread loaf cookie ; drink coffee tea wine beer juice
vegetarian vegan meat ; allergy allergic
vacation holiday trip travel journey getaway tour ; travel > fly flight train visit airport
trip > roadtrip camping hike visit beach mountain
beach sea ocean coast ; mountain hike trail climb ; camp tent
car drive vehicle truck ; bicycle bike cycle ride
school university college degree study class course scholarship graduate
learn study course lesson class practise practice ; teach coach tutor instruct teacher
language > spanish french english german portuguese italian chinese japanese
doctor hospital clinic health medical ; ill sick illness disease unwell ; injury injured hurt broke sprain
health > sick pain doctor hospital diagnosed surgery diet ; pain ache hurt ; operation surgery
relax calm unwind destress stress soothe rest ; stress pressure overwhelmed
sad upset down cry depressed ; happy glad joy excited thrilled ; afraid scared fear nervous worried anxious
angry mad annoyed furious ; proud pride ; tired exhausted sleepy
money pay paid cost price fund finance loan saving budget ; salary earn income ; buy purchase bought get got
sell sold sale ; gift present gave ; birthday born age old ; anniversary year
shop store business startup company ; open launch start begin ; finish end complete stop
name call nickname title ; like love enjoy favorite prefer fan ; hate dislike
win won prize award medal trophy ; plan intend goal dream hope resolution aim want
help support assist volunteer ; charity donate donation raise fundraise shelter volunteer
die died death funeral lost inherit ; lend borrow ; adopt adoption shelter foster
photo picture image camera ; game video console chess ; computer laptop
garden plant flower vegetable ; church faith religion pray spiritual ; identity gender transgender lgbtq
meet met encounter ; speak talk call chat ; look watch see ; phone mobile
destroy chew break ruin burn ; delay postpone late cancel ; breed > beagle terrier shepherd retriever poodle
color > red blue green yellow orange purple pink ; weather > rain sun snow storm
country city town village place ; kind type sort ; wound cut scar ; accident crash
damage > scratch dent crack break broke ; repair > roof paint wallpaper plumbing floor ; injured > fell accident
sibling > nephew niece ; relative relation > cousin aunt uncle grandmother grandfather nephew niece
family > husband wife son daughter child grandma grandpa cousin ; kid child children > boy girl daughter son
mother mom mum mama ; father dad papa ; grandmother grandma granny nana ; grandfather grandpa granddad
relationship > boyfriend girlfriend husband wife together split breakup ; divorce split separate breakup
propose engage ring ; babysit look care ; pregnant baby expecting birth due ; raise > son daughter
profession career > teach lawyer nurse engineer chef driver pilot architect accountant designer journalist
job > office shift career promotion manager salary ; promote promotion ; interview apply application
start begin began first ; join sign signed enroll ; graduate graduation diploma degree ; exam test pass fail
subject > history maths science literature ; school teacher class student pupil lesson
student pupil ; child pupil ; team > game match coach player ; match game ; score > goal points win
animal > goldfish fish dog cat bird horse rabbit ; pet > goldfish bird tortoise snake guinea
hobby > choir guitar piano chess garden sew crochet pottery camp fish collect ; interest > love enjoy
relax stress destress unwind > meditate yoga walk run read bath music breathe massage nature ; meditate meditation mindfulness
vegetable > tomato bean pepper carrot potato onion lettuce cucumber ; fruit > apple berry peach banana orange grape
food > noodle pizza soup rice bread cake pasta sushi curry taco pancake cheese salad ; dessert > cake pie ice cookie chocolate
restaurant > cafe diner place pizzeria bistro brunch ; breakfast > pancake egg toast ; snack > chips popcorn nuts
diet > vegan vegetarian gluten keto calorie ; drink > coffee tea wine beer juice cocktail
disease condition illness > diabetes asthma celiac cancer migraine flu fever pneumonia diagnosed arthritis
diagnose result test ; injure injury hurt > broke sprain twist fracture ; medicine pill medication prescription
react reaction feel > happy sad shocked gutted upset relieved thrilled scared proud nervous excited ; feel felt emotion
afraid fear > terrified scared phobia anxious ; happy > thrilled delighted ecstatic glad ; support encourage help
rob steal stolen theft thief burglar ; lost miss missing ; find found discover ; purse wallet bag handbag
gift present > gave give received necklace book flowers ; inherit > grandmother ; surprise unexpected
vehicle car > truck van motorcycle driving license ; flight plane airport ; ticket seat
vacation holiday > beach hotel flight island cruise ; trip travel visit journey > back returned tour
visit > went go saw been ; tour visit ; hotel hostel resort stay ; sightseeing > temple museum castle bridge
outdoors nature > hike camp forest lake park mountain river ; forest woods ; lake river pond
event > concert wedding party festival fair parade conference ceremony ; party celebrate celebration
concert gig perform performance show recital ; audience crowd ; festival fair ; parade march
show series > comedy drama episode season watch ; watch > movie film show series ; actor star
book > novel read author mystery fantasy memoir ; poem poetry ; read reading finish
art > watercolor oil canvas portrait landscape mural ; artist painter sculptor ; create make made craft
craft > knit sew quilt crochet pottery woodwork origami ; clothes > dress shirt jacket shoes coat
game > card puzzle board video ; competition contest tournament race > triathlon marathon prize finish
furniture > sofa couch table chair desk bed shelf ; house home > cottage apartment condo kitchen roof bedroom
move relocate > apartment boxes city ; neighbor neighbour building next ; renovate repair remodel paint
buy purchase > bought new ordered ; shop shopping store market mall ; cost price expensive cheap
money > salary euro dollar debt bill rent savings ; donate > money clothes food ; invest stock
community > volunteer neighbor charity help ; cause charity > raise hospital shelter ; protest march rally
church > pray mosque temple faith choir ; religion > christian muslim jewish buddhist ; belief believe
phone > call text ; computer > laptop keyboard software code ; internet online website ; social media > instagram
podcast episode show listeners ; photograph photo picture camera ; video film record ; record recording
storm rain flood wind hurricane ; winter > snow ice ; sick > flu cold fever ; sleep nap bed insomnia
goal ambition dream plan > want hope wish someday ; future > plan next want ; advice suggest recommend tip
inspire motivate inspiration motivation ; reason because ; decide decision choose choice ; change switch new
career > study degree counselor ; nationality origin > from born roots ; hometown grew ; immigrate moved country
manage lead team boss ; hire apprentice employ ; free > spare leisure weekend
fix repair restore ; build make craft create ; big large huge ; small tiny little
`

/** Stemmed when first asked for: a start does without. */
let related: Map<string, readonly string[]> | undefined

/** English stems that may stand for the stem in what people say, never itself. */
export function relatedTerms(term: string): readonly string[] {
  related ??= readGroups()
  return related.get(term) ?? none
}

const none: readonly string[] = []

function readGroups() {
  const found = new Map<string, Set<string>>()
  for (const group of groups.split(/[;\n]/)) {
    const [left = [], right = []] = group.split('>').map((side) => stemsIn(side))
    for (const key of left) {
      const others = found.get(key) ?? new Set()
      for (const other of [...left, ...right]) if (other !== key) others.add(other)
      found.set(key, others)
    }
  }
  return new Map([...found].map(([key, others]) => [key, [...others]]))
}

function stemsIn(words: string) {
  const each = words.split(/\s+/).filter(Boolean)
  return each.map((word) => stem(word, 'en'))
}
