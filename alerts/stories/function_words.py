"""Which words say nothing about an event, and which words are numbers?

Short lists of own making for the languages with spaces that news is most often in; in others the
stream itself teaches which words are everywhere. `FUNCTION_WORDS` also tells languages apart.
"""

_LISTS = {
    "en": """the of and to in a is that for on as with was were by it its at from has have had be been are an
    he she his her they their them this these which who whom will would can could may might not but or said
    says say after before about into over than more also when where while there we our you your i us up out
    during between against under all some such other new no if so what how one first last year two""",
    "de": """der die das den dem des und in zu von mit für auf ist im nicht ein eine einer eines einem einen
    als auch es an werden wird aus er sie hat haben hatte dass nach bei um am sind noch wie über so zum zur
    war vor durch mehr man aber sich bis kann wurde wurden worden sein seine seiner ihre ihrer ihren wir ich
    gegen unter oder nur schon wenn seit beim vom sagte sagt teilte mit hieß sei habe neue""",
    "es": """el la los las de del y en que a un una unos unas por con no se su sus para al lo como más pero
    ha han fue fueron es son este esta estos estas ese esa le les ya o si sin sobre entre cuando también muy
    desde hasta tras según dijo ser había todo dos año años contra durante porque donde ante""",
    "fr": """le la les de des du et en un une à au aux que qui dans pour par sur ne pas se ce cette ces il
    elle ils elles son sa ses leur leurs est sont a ont été était avec plus mais ou où comme après avant
    selon dont entre aussi tout deux ans sous contre depuis lors être avoir fait nous vous""",
    "pt": """o a os as de do da dos das e em no na nos nas um uma que para por com não se ao à mais como mas
    foi são é seu sua seus suas ele ela eles também já ou quando após segundo entre sobre até muito pelo pela
    disse ser há anos ter está""",
    "it": """il lo la i gli le di del della dei delle e in un una che per con non si al alla da dal dalla nel
    nella sono è ha hanno più ma come anche dopo su sul sulla suo sua suoi loro questo questa essere stato
    stata fra tra anni due dei ai""",
    "nl": """de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij uit door
    naar heeft hebben wordt werd worden zij hij haar hun over tot nog wel geen meer na volgens deze dit""",
    "ru": """и в во не на я что он с со как а то все она так его но да ты к у же вы за бы по только ее её
    мне было вот от меня еще ещё нет о из ему для при это этом этот был была были их или также после до под
    об через если уже чем который которые которая сообщил сообщила сообщили заявил году""",
    "uk": """і й в у не на що він з зі як а то все вона так його але до за по від про із для при це був була
    були їх або також після під через якщо вже ніж який які повідомив заявив та року""",
    "id": """yang dan di ke dari untuk dengan pada ini itu dalam tidak adalah oleh akan juga telah sudah ada
    sebagai karena bisa dapat lebih mereka kami kita ia dia saat atau tersebut kata mengatakan para bahwa
    menjadi setelah antara""",
    "vi": """và của là các có trong cho được với những một không này đã từ đến về khi người ra để tại theo
    vào ông bà cũng như trên sẽ đang nhiều năm bị sau do hay""",
    "tr": """ve bir bu da de için ile olarak çok daha olan en gibi kadar sonra ise ne o ya göre her ancak
    tarafından olduğunu dedi""",
    "pl": """i w na z do się nie że o jest to po od za jak dla przez oraz ale co był była było są tym jego
    jej ich także już przed który która które powiedział""",
    "sv": """och i att en ett det som på är av för med den till inte har de om var sig från vid men så han
    hon under efter enligt också säger""",
}  # fmt: skip

FUNCTION_WORDS: dict[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in _LISTS.items()}

LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in FUNCTION_WORDS.items():
    for _word in _words:
        LANGUAGES_OF[_word] = (*LANGUAGES_OF.get(_word, ()), _language)

# When something was is compared as a number and by the clock; the word for it is in every report.
_TIMES = """monday tuesday wednesday thursday friday saturday sunday january february march april june
july august september october november december montag dienstag mittwoch donnerstag freitag samstag
sonntag januar februar märz mai juni juli oktober dezember montagmorgen lunes martes miércoles jueves
viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet
août septembre octobre novembre décembre понедельник вторник среду среда четверг пятницу пятница субботу
суббота воскресенье января февраля марта апреля мая июня июля августа сентября октября ноября декабря
senin selasa rabu kamis jumat sabtu minggu today yesterday tomorrow heute gestern hoy ayer aujourd hier
сегодня вчера segunda terça quarta quinta sexta"""
TIMES = frozenset(_TIMES.split())

# Words for small numbers, so that "three dead" and "five dead" differ as 3 and 5 do. "One" is left
# out: in most of these languages it is the article too.
_NUMERALS = {
    "2": "two zwei dos deux dua два две двое dois duas",
    "3": "three drei tres trois tiga три трое três",
    "4": "four vier cuatro quatre empat четыре четверо quatro",
    "5": "five fünf cinco cinq lima пять пятеро",
    "6": "six sechs seis enam шесть шестеро",
    "7": "seven sieben siete sept tujuh семь семеро sete",
    "8": "eight acht ocho huit delapan восемь oito",
    "9": "nine neun nueve neuf sembilan девять nove",
    "10": "ten zehn diez dix sepuluh десять dez",
    "11": "eleven elf once onze sebelas одиннадцать",
    "12": "twelve zwölf doce douze двенадцать doze",
    "13": "thirteen dreizehn trece treize тринадцать",
    "14": "fourteen vierzehn catorce quatorze четырнадцать",
    "15": "fifteen fünfzehn quince quinze пятнадцать",
    "20": "twenty zwanzig veinte vingt двадцать vinte",
    "30": "thirty dreißig treinta trente тридцать trinta",
    "40": "forty vierzig cuarenta quarante сорок quarenta",
    "50": "fifty fünfzig cincuenta cinquante пятьдесят cinquenta",
}
NUMERALS: dict[str, str] = {word: value for value, words in _NUMERALS.items() for word in words.split()}
