import { fold } from './fold.ts'

/**
 * Function and question words per language, written for this project: short on purpose, because the
 * inverse document frequency already quiets common words and a list that is too eager eats content.
 * They serve twice: a language is recognised by them, and a query drops them when others remain.
 */
const lists = {
  en: `a about after all also am an and any are as at be because been before being between both but
    by can could did do does doing done during each for from get got had has have having he
    her here hers him his how i if in into is it its just me my no nor not of on or our out
    over own please shall she should so some such tell than that the their them then there
    these they this those through to too under until up us very was we were what when where
    which while who whom whose why will with would you your yours whats wheres whos hows im
    ive dont didnt doesnt isnt wasnt`,
  de: `aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein dem
    den denn der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine
    einem einen einer eines er es etwas für gegen gibt hab habe haben hat hatte hatten ich ihm
    ihn ihr ihre ihrem ihren ihrer im in ins ist ja kann kein keine können man mein mit muss
    nach nicht noch nur ob oder ohne sein seine seinem seinen seiner seit sich sie sind so
    über um und uns unter vom von vor wann war waren warum was weil welche welchem welchen
    welcher welches wem wen wenn wer werden wessen wie wieviel viele wieso wird wo wobei
    wodurch woher wohin womit worden woran worauf woraus worin worüber wovon wozu wozu wurde
    wurden zu zum zur zwischen`,
  fr: `à afin ai au aucun aussi autre aux avait avaient avec avoir c ça ce cela celle celui ces cet
    cette ceux chez combien comme comment d dans de depuis des donc dont du elle elles en
    encore entre es est et était étaient être eu fait faut furent fut il ils j je l la
    laquelle le lequel les lesquelles lesquels leur leurs lors lui m mais me même mes moi mon
    n ne ni nos notre nous on ont ou où par parce pas pendant peut plus pour pourquoi qu quand
    que quel quelle quelles quels qui quoi s sa sans se selon ses si son sont sous sur ta te
    tes toi ton tous tout toute très tu un une vers vos votre vous y`,
  es: `a al algo algún ante antes aunque cada como cómo con contra cual cuál cuales cuáles cuando
    cuándo cuanta cuánta cuántas cuanto cuánto cuántos de del desde donde dónde dos durante e
    el él ella ellas ellos en entre era eran eres es esa ese eso esta está están estas este
    esto estos fue fueron ha había han hasta hay hizo la las le les lo los más me mi mientras
    muy nada ni no nos o otra otro para pero por porque puede pues qué que quien quién quienes
    quiénes se sea ser si sí sido sin sobre son soy su sus también tan te tiene tienen todo
    todos tu tú un una uno unos usted y ya yo`,
  it: `a ad agli ai al alla alle allo anche c ce che chi ci col come con contro cosa cui d da dagli
    dai dal dalla dalle dallo degli dei del dell della delle dello dentro di dopo dove e è ed
    egli era erano essere fa fra fu furono gli ha hai hanno ho i il in io l la le lei li lo
    loro lui ma mi mia mio ne negli nei nel nell nella nelle nello noi non nostro o ogni per
    perché però più poi prima può qual quale quali quando quanta quante quanti quanto quel
    quella quelle quelli quello questa queste questi questo qui s sarà se senza si sia sono
    stata stati stato su sua sue sugli sui sul sulla sulle suo suoi tra tu tutti tutto un una
    uno v vi viene voi`,
  pt: `a à ao aos apenas aquela aquele as às até com como da das de dela dele delas deles depois
    desde do dos durante e é ela elas ele eles em entre era eram essa esse esta está estão
    este eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na não nas nem no
    nos num numa o onde os ou para pela pelas pelo pelos per pode por porque porquê quais qual
    quando quanta quantas quanto quantos que quê quem se sem ser seu seus só sob sobre são sua
    suas também te tem têm teve tu um uma você vocês`,
  nl: `aan al alle als andere ben bij daar dan dat de der deze die dit doch doen door dus een en er
    ge geen had hadden heb hebben heeft het hier hij hoe hoeveel hun iets ik in is ja je kan
    kon kunnen maar me meer men met mij mijn moet na naar niet nog nu of om omdat onder ons
    ook op over te tegen toch toen tot u uit uw van veel voor waar waarom waarin waarmee
    waarop waarvan wanneer want waren was wat we wel welk welke werd werden wie wiens wij wil
    word worden wordt zal ze zich zij zijn zo zonder zou`,
  sv: `alla att av blev blir de dem den denna deras dess det detta dig din du där efter ej eller en
    er ett från för ha hade han hans har henne hon hur i icke in inte jag kan kunde man med
    mellan men mig min mot mycket ni när nu och om oss på samma sedan sig sin som så till
    under upp ut vad var varför varit vars vem vi vid vilka vilken vilket är åt över många`,
  da: `af alle at blev bliver da de dem den denne der deres det dette dig din dog du efter eller en
    end er et for fra få ham han hans har havde hende her hun hvad hvem hvilke hvilken hvilket
    hvis hvor hvordan hvorfor hvornår i ikke ind jeg kan kunne man mange med meget mellem men
    mig mod ned nu når og også om op os over på sig sin skal som til ud under var ved vi vil
    være blevet`,
  no: `alle at av ble bli blir da de dem den denne der deres det dette din du eller en er et etter
    for fra få ha hadde han hans har henne hos hun hva hvem hvilke hvilken hvilket hvor
    hvordan hvorfor i ikke inn jeg kan kunne man mange med meg mellom men mot må ned noe nå
    når og også om opp oss over på seg sin skal som så til ut under var ved vi vil være vært`,
  fi: `ei eivät eli en ennen ette että hän hänen he heidän ja jo joka jonka jossa jota jos joten
    kanssa kuin kuinka kuka kun koska ketkä mikä milloin millainen millä minkä minä missä
    mistä mihin miksi miten mitä mitkä montako moni mukaan mutta myös ne niin niitä noin nyt
    oli olivat olla on ovat sama se sen sekä siitä sitä tai tämä tämän te vai vain voi voidaan`,
  hu: `a az abban ahol aki akik amely amelyek amelyet ami azok azt be csak de e egy egyik el és ez
    ezek ezt fel hány hogy hogyan hol honnan hova hozzá ide ill is itt ki kik kit le lesz lett
    meg mely melyik mennyi mert mi miért mikor milyen mint mit most nagyon nem neki pedig s
    sem szerint után vagy van vannak volt voltak volna`,
  ro: `a acea aceasta această aceste acest acesta acestea acestei acestor acestui ai al ale am anume
    ar are as asupra atunci au avea avut ca când care cât câte câți cărei căror cărui ce cea
    cel cele celor cine cu cui cum da dacă dar de decât deci despre din după e ea ei el ele
    era erau este eu există fără fi fie fost iar în îi își îl într între la le li lor lui mai
    nici niște noi nu o pe pentru prin printre s sa sale sau să său se sub spre sunt și te
    toate tot un una unde unei unele unor unui va unul vor`,
  tr: `acaba ama ancak artık aslında bana bazı belki ben bile bir biri birçok biz bu buna bunlar bunu
    bunun çok çünkü da daha de değil diye en gibi göre hangi hangisi hem hep her hiç için ile
    ise iken kaç kadar ki kim kime kimi kimin mı mi mu mü nasıl ne neden nedir neler nerede
    nereye nereden niçin niye o olan olarak oldu olduğu olup olur on ona onlar onu onun sadece
    sen siz sonra şu tarafından üzere var ve veya ya yani yok zaman`,
  id: `ada adalah agar akan aku antara apa apakah atau bagaimana bagi bahwa banyak beberapa belum
    berapa bisa bukan dalam dan dapat dari dengan di dia hanya hingga ia ini itu juga kami
    kamu kapan karena ke kepada kita lebih mana mengapa mereka oleh pada para pernah saat saja
    saya sebagai sebuah seorang seperti serta siapa sudah tahun tanpa telah tentang tersebut
    tetapi tidak untuk yaitu yang`,
  vi: `bao bị bởi các cái cho chứ có của cùng cũng đã đang đâu đến để đó được gì hay hơn khi không là
    làm lên lúc mà mỗi một này nào như nhưng những nhiêu ở ra rằng rất sẽ sao tại thế thì trên
    trong từ và vào vẫn về vì với ai bằng`,
  pl: `a aby ale albo być był była było były bez bo by ci co czego czy czym dla do dlaczego gdy gdzie
    go i ich ile im ja jak jaka jaki jakie jakiej jako je jego jej jest jeszcze jeśli już
    kiedy kim kogo kto która które którego której który których którym którzy lub ma mi między
    mnie może na nad nie niż o od oraz po pod przed przez przy są się sobie swoje swój ta tak
    także tam te tego tej ten to tu tych tylko tym u w we więc wszystkie z za ze że został
    została`,
  ru: `а без более бы был была были было быть в вам вас весь во вот все всех вы где да даже для до
    его ее ей если есть еще же за зачем здесь и из или им их к как каков какая какие каким
    каких какого какое какой каком какую ко когда кого кому кто куда ли между меня мне много
    может мы на над нам нас не него нее нет ни них но ну о об один он она они оно от откуда по
    под почему при про с сам свой себя со сколько так также такой там те тем то того тоже той
    только том тот ты у уже чего чей чем через что чтобы эта эти этим этих это этого этой этом
    этот я`,
  uk: `а або але б без би був була були було бути в вам вас весь від він вона вони воно все де для до
    є ж з за і із її їх й його коли кого котрий який яка яке які якій якого якому хто це цей
    ця ці що щоб чи чому куди скільки на над нам не ні но ну о під по про при та так також там
    те ти то той тому у уже через як`,
  bg: `а без беше би бъде в ви все във да до е за и из или им има как какво каква какви какъв кога
    кого коя кои коит кой която които който което където къде към ли ме между ми много на над
    най не него нея ни но от по под при с са със се си след само също така тази това този тези
    то той тя те у ще че`,
  el: `αλλά αν από απο αυτά αυτή αυτές αυτό αυτός αυτών για γιατί δε δεν είναι είχαν είχε εκείνο ένα
    έναν ένας ενός ενώ έχει έχουν ή η ήταν θα και κατά κι με μετά μέσα μία μια μιας μην να ο
    οι όπου όπως όταν ό ότι παρά ποια ποιά ποιες ποιο ποιό ποιοι ποιον ποιος ποιός ποιους
    ποιου ποτε πότε που πού προς πως πώς πόσα πόσο πόσοι πόσες σαν σε στα στη στην στης στις
    στο στον στους στων τα τη την της τι τις το τον του τους των υπό ως`,
  ar: `في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين اللذين هو هي هم هن نحن أنا أنت كان كانت
    كانوا يكون تكون ما ماذا متى أين كيف لماذا لم لن لا ليس هل أي أية كم قد ثم أو أم بل و ف ب ل
    ك بين عند عندما حيث حتى منذ بعد قبل كل بعض غير إن أن إذا لكن لقد به بها فيه فيها له لها
    لهم منه منها عليه عليها إليه وهو وهي كما مما وقد ومن وفي بأن لأن وكان وكانت الى اي اين
    بماذا لمن ممن أيضا خلال دون حول`,
  fa: `از این آن با به برای بود بودند تا چه چرا چگونه چند چیست را در که کجا کدام کرد کرده کی کیست است
    هست شد شده می نیز هم همه یا یک و هر اما`,
  hi: `और का के की को में से है हैं था थे थी पर ने यह वह ये वे इस उस इन उन एक भी तो ही कि जो जब तक या
    नहीं कर करता करते करने किया किए गया गई गए हो होता होती होते हुआ हुई हुए रहा रही रहे लिए
    साथ बाद क्या क्यों कब कहाँ कहां कौन कौनसा कौनसी किस किसने किसके किसकी किसका किसे कितना
    कितने कितनी कैसे कैसा कैसी द्वारा अपने अपनी अपना इसके उसके इसकी उसकी उनके उनकी जिसे जिस
    जिसमें दिया जाता जाती था`,
} as const

export type StopLanguage = keyof typeof lists

export const stopLanguages = Object.keys(lists) as StopLanguage[]

const sets = new Map<string, ReadonlySet<string>>()

/** Folded function words of a language; an unknown one has none. */
export function stopWordsOf(language: string): ReadonlySet<string> {
  const known = sets.get(language)
  if (known) return known
  const list = stopLanguages.find((one) => one === language)
  const words = list ? lists[list].split(/\s+/).map((word) => fold(word.replace(/['’]/g, ''))) : []
  const set = new Set(words)
  sets.set(language, set)
  return set
}
