import { stemmer as snowball } from '@orama/stemmers/english'

/** Porter's stem of an English word, after the forms and spellings that suffixes do not reach. */
export function stemEnglish(word: string): string {
  const stem = snowball(american(irregular.get(word) ?? word))
  // travelled and traveled, enroll and enrol: the doubled l is spelling, save in short words.
  return /[aeiouy][^aeiouy]+[aeiouy]+ll$/.test(stem) ? stem.slice(0, -1) : stem
}

/** British spelling read as American: either is written, often of the same thing. */
function american(word: string) {
  if (word.length < 5) return word
  return word
    .replace(/our(?=$|s$|al|ed$|ing|ite|able)/, 'or')
    .replace(/([iy])s(?=(?:e|ed|es|er|ers|ing|ation|ations)$)/, '$1z')
    .replace(/([bt])re(?=s?$)/, '$1er')
    .replace(/^oe(?=[dst])|ae(?=[bcdgmst])/, 'e')
    .replace(/ogue(?=s?$)/, 'og')
    .replace(/amme(?=s?$)/, 'am')
}

const forms = `
  am/be been/be began/begin begun/begin bent/bend bit/bite bitten/bite blew/blow blown/blow
  bought/buy bound/bind bred/breed broke/break broken/break brought/bring built/build burnt/burn
  came/come caught/catch children/child chose/choose chosen/choose crept/creep
  criteria/criterion dealt/deal died/die dies/die dying/die drank/drink drawn/draw drew/draw
  driven/drive drove/drive drunk/drink dug/dig eaten/eat ate/eat fed/feed feet/foot fell/fall
  fallen/fall felt/feel fled/flee flew/fly flown/fly forgave/forgive forgot/forget
  forgotten/forget fought/fight found/find froze/freeze frozen/freeze gave/give given/give
  geese/goose gone/go went/go grew/grow grown/grow heard/hear held/hold hid/hide hidden/hide
  hung/hang kept/keep knew/know known/know knives/knife laid/lay led/lead left/leave
  leaves/leave lent/lend wives/wife lost/lose lying/lie made/make meant/mean men/man
  met/meet mice/mouse paid/pay ran/run rang/ring ridden/ride rode/ride risen/rise rose/rise
  said/say sang/sing sung/sing sank/sink sunk/sink sat/sit saw/see seen/see sent/send
  shaken/shake shook/shake shone/shine shot/shoot shown/show slept/sleep sold/sell sought/seek
  spent/spend spoke/speak spoken/speak stole/steal stolen/steal stood/stand struck/strike
  stuck/stick swam/swim swept/sweep swum/swim swore/swear taken/take took/take taught/teach
  teeth/tooth thought/think threw/throw thrown/throw told/tell tore/tear torn/tear
  understood/understand woke/wake woken/wake won/win women/woman wore/wear worn/wear wound/wind
  wrote/write written/write`

const irregular = new Map(
  forms
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split('/') as [string, string]),
)
