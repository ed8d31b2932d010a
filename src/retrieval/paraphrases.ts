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
manage lead team boss ; hire apprentice employ ; free > spare leisure weekend
fix repair restore ; build make craft create ; big large huge ; small tiny little
`

const related = new Map<string, Set<string>>()
for (const group of groups.split(/[;\n]/)) {
  const [left = '', right] = group.split('>').map((side) => side.trim().split(/\s+/))
  for (const word of left) {
    const key = stem(word, 'en')
    const others = related.get(key) ?? new Set<string>()
    for (const other of [...left, ...(right ?? [])]) {
      if (other && stem(other, 'en') !== key) others.add(stem(other, 'en'))
    }
    related.set(key, others)
  }
}

/** English stems that may stand for the stem in what people say, never itself. */
export const relatedTerms = (term: string): readonly string[] => [...(related.get(term) ?? [])]
