"""English, as hosts type it in a hurry."""

from typing import Any, Final

from maitred.domain.phoneline.words import listed

LANGUAGE: Final = "en"
# Words that others use in another sense: they count only where this language is spoken.
RISKY: Final = listed("eve may mon sun tom")
SENSES: Final[dict[str, dict[Any, str]]] = {
    "weekday": {
        0: "monday; mon; mondays; mondy; moday",
        1: "tuesday; tue; tues; tusday; teusday; tuseday; tuesdy",
        2: "wednesday; wed; weds; wensday; wendsday; wednsday; wednesdy; wednseday",
        3: "thursday; thu; thur; thurs; thrusday; thursdy; thirsday",
        4: "friday; fri; firday; fryday; fridy; frday",
        5: "saturday; sat; satday; saterday; satuday; staurday; saturdy; satruday; sturday",
        6: "sunday; sun; sundy; sunay",
    },
    "month": {
        1: "january; jan",
        2: "february; feb; febuary",
        3: "march; mar",
        4: "april; apr",
        5: "may",
        6: "june; jun",
        7: "july; jul",
        8: "august; aug",
        9: "september; sept; sep",
        10: "october; oct",
        11: "november; nov",
        12: "december; dec; decemeber; decmber",
    },
    "ahead": {
        -1: "yesterday",
        0: "today; 2day; tdy; this lunchtime",
        1: "tomorrow; tmrw; tmw; tmrow; tomorow; tommorow; tommorrow; tomorro; tomoz; tom; 2moro; 2morrow; tmr",
        2: "day after tomorrow; the day after tomorrow; overmorrow",
    },
    "tonight": {
        0: "tonight; tonite; 2nite; 2night; tnite; tonigt; this evening; this eve; later tonight; later on",
    },
    "feast": {
        "christmas eve": "christmas eve; xmas eve; chrismas eve",
        "christmas": "christmas day; xmas day; christmas; xmas",
        "boxing day": "boxing day",
        "new year's eve": "new years eve; new year's eve; nye; new year eve; new years' eve",
        "new year": "new years day; new year's day; new years; new year's",
        "valentine": "valentines; valentines day; valentine's; valentine's day; valentine day; st valentines day",
        "halloween": "halloween",
        "good friday": "good friday",
        "easter": "easter sunday; easter",
        "easter monday": "easter monday",
        "thanksgiving": "thanksgiving; thanksgiving day",
        "mothers": "mothers day; mother's day; mothering sunday",
        "fathers": "fathers day; father's day",
    },
    "next": {
        "en": "next; nxt",
    },
    "this": {
        True: "this; this coming; coming",
    },
    "week": {
        1: "week",
    },
    "week off": {
        1: "in a week; a week on; week on; a week; a week from",
        2: "a fortnight on; fortnight",
    },
    "after next": {
        True: "after next",
    },
    "next week": {
        1: "next week; of next week",
    },
    "units": {
        1: "day; days",
        7: "weeks; week; wk; wks",
    },
    "vague day": {
        True: (
            "weekend; the weekend; weekends; this weekend; next weekend; midweek; sometime; any day; month; next month"
        ),
    },
    "bound": {
        True: (
            "by; after; before; until; till; not before; no later than; latest; earliest; between; past; back by; "
            "leave by; out by"
        ),
    },
    "fortnight": {
        14: "in a fortnight",
    },
    "minutes": {
        1: "minutes; minute; mins; min",
        60: "hours; hour; hr; hrs",
    },
    "in": {
        True: "in; in about; in like",
    },
    "half more": {
        30: "and a half hours; and a half hrs; 1/2 hours; 1/2 hrs",
    },
    "soon": {
        0: "asap; right now; straight away; now",
        30: "in half an hour; half an hour",
        60: "in an hour; an hour",
        15: "in quarter of an hour; in a quarter of an hour; in a quarter hour",
        45: "in three quarters of an hour; in 3/4 of an hour",
        75: "in an hour and a quarter",
        90: "in an hour and a half",
    },
    "half of two": {
        True: "half",
    },
    "half past": {
        True: "half past; half after",
    },
    "quarter": {
        True: "quarter; a quarter; qtr",
    },
    "past": {
        True: "past; after",
    },
    "to": {
        True: "to; til; till",
    },
    "oclock": {
        True: "o'clock; oclock; o clock; hrs; h",
    },
    "ampm": {
        "am": "am; a.m; a m",
        "pm": "pm; p.m; p m",
    },
    "part": {
        "morning": "in the morning; morning; breakfast; for breakfast; brunch",
        "noonish": "lunch; lunchtime; for lunch; at lunch; at lunchtime",
        "afternoon": "in the afternoon; afternoon",
        "evening": "in the evening; evening; eve; at night; night; dinner; for dinner; supper; in the eve; din",
    },
    "noon": {
        12: "noon; midday; mid day; 12 noon",
    },
    "midnight": {
        0: "midnight; 12 midnight",
    },
    "ish": {
        True: "ish; -ish; or so; on the dot",
    },
    "at": {
        True: "at; @; around; about; approx; from; roughly; at about; at around",
    },
    "on": {
        True: "on; on the",
    },
    "the": {
        True: "the; for the",
    },
    "of": {
        True: "of",
    },
    "for": {
        True: "for",
    },
    "table for": {
        True: (
            "party of; table for; table of; group of; booking for; booking of; dinner for; lunch for; reservation "
            "for; we are; we're; we will be; we'll be; there will be; there'll be; there are; it's for; its for; "
            "party size; seats for; space for; tbl for; total of; covers for"
        ),
    },
    "people": {
        True: (
            "people; person; persons; peeps; ppl; pp; pax; guests; guest; covers; cover; p; pers; of us; diners; "
            "of them; in total; heads; cvrs; top; seats; adult guests"
        ),
    },
    "adults": {
        True: "adults; adult; grown ups; grownups; ads",
    },
    "kids": {
        True: "kids; kid; children; child; toddler; toddlers; little ones; chd; littles",
    },
    "couple": {
        2: (
            "couple; a couple; two of us; the two of us; just us two; us two; just the two of us; both of us; me "
            "and my wife; me and my husband; me and my partner; me and my girlfriend; me and my boyfriend; me and "
            "my mum; me and my dad; me and my son; me and my daughter; me and my friend; my wife and i; my "
            "husband and i; my partner and i; my wife and me; my husband and me"
        ),
        1: "just me; on my own; solo diner; by myself",
        6: "half a dozen",
        12: "a dozen; one dozen; dozen",
    },
    "baby": {
        True: "baby; babies; infant; infants; newborn",
    },
    "high chair": {
        True: (
            "high chair; highchair; high chairs; highchairs; hi chair; high-chair; high-chairs; baby chair; baby "
            "seat; booster seat; baby chairs"
        ),
    },
    "plus": {
        True: "plus; +; and; &; with",
    },
    "or": {
        True: "or",
    },
    "accessible": {
        True: (
            "wheelchair; wheelchairs; wheelchair user; wheelchair users; wheelchair access; in a wheelchair; "
            "accessible; accessible table; step free; step-free; disabled access; wheel chair; mobility scooter; "
            "wheelchair accessible; wheelchair friendly; disabled; wheeelchair; no steps; no stairs"
        ),
    },
    "table": {
        True: "table; tbl; table no; table number; table nr; table #; tab",
    },
    "allergen": {
        True: (
            "nut; nuts; peanut; peanuts; tree nut; tree nuts; shellfish; fish; seafood; milk; dairy; egg; eggs; "
            "soy; soya; gluten; wheat; sesame; lactose; mustard; celery; sulphites; almond; almonds; prawn; "
            "prawns; kiwi; strawberries; strawberry; crab; lobster; walnut; walnuts; hazelnut; hazelnuts; cashew; "
            "cashews; latex; penicillin; pollen; lupin; mushroom; mushrooms; tomato; tomatoes; garlic; onion; "
            "onions; oysters; mussels; pistachio; pistachios; banana; avocado; chilli; citrus; corn; pork; "
            "alcohol; cheese; apple"
        ),
    },
    "degree": {
        True: (
            "severe; bad; serious; mild; strong; severely; badly; very; slight; a; has; have; got; with; one; is; "
            "food; somebody; someone; guest"
        ),
    },
    "allergy": {
        True: (
            "allergy; allergies; allergic; alergy; alergic; allegry; intolerant; intolerance; intolerances; "
            "anaphylactic; anaphylaxis; allergys; allergie"
        ),
    },
    "allergy alone": {
        True: (
            "coeliac; celiac; gluten free; gluten-free; dairy free; dairy-free; nut free; nut-free; gf; lactose "
            "free; coeliacs; epipen; coeliac disease; egg free"
        ),
    },
    "allergic to": {
        True: "to; of; against; on",
    },
    "occasion": {
        True: (
            "birthday; bday; b-day; bday party; birthday party; birthdays; anniversary; wedding anniversary; "
            "engagement; engagement party; hen do; hen party; stag do; stag; graduation; honeymoon; proposal; "
            "baby shower; christening; retirement; date night; christmas party; xmas party; work do; wedding; "
            "leaving do; farewell; reunion; celebration; celebrating; wedding party; baptism; bar mitzvah; his "
            "birthday; her birthday; my birthday; birthday dinner; office party; christmas do; xmas do"
        ),
    },
    "title": {
        True: (
            "mr; mrs; ms; miss; dr; prof; professor; sir; lady; lord; rev; reverend; capt; captain; doctor; mx; "
            "madam; mr and mrs; mr & mrs; lt; col; sgt; judge"
        ),
    },
    "named": {
        True: (
            "first name; full name; guest name; name; name is; name's; names; under; under the name; under the "
            "name of; in the name of; called; surname; surname is; last name; the name is; my name is; my name's; "
            "under name; in name of; name of; for the name; the name's; its under; it's under; booked under; this "
            "is"
        ),
    },
    "filler": {
        True: (
            "hiya; hey there; u; can; could; morning all; poss; if poss; mate; please; pls; plz; hi; hello; "
            "hey; thanks; thank you; thx; ta; cheers; can i; can we; could i; could we; can you; could you; i'd "
            "like; we'd like; i would like; we would like; book; booking; reserve; reservation; reservations; oh; "
            "um; er; erm; uh; ok; okay; yes; yeah; yep; a; an; the; and; so; just; like; want; wanted; need; "
            "needs; to; is; are; we; i; it; have; get; has; some; got; a table; table; for a table; you; "
            "possible; if possible; maybe; actually; let's say; say; looking; would; be; also; there; good "
            "evening; good morning; good afternoon; new; call; bye; on; at; in; by; for; of; from; about; around; "
            "us; all; then; well; do; you have; anything; any; us in; squeeze; fit; me; my; our; that's; thats; "
            "that; pl; sorry; it's; its; he's; she's; they're; there's; i'm; i am; we've; i've; it is; time; "
            "date; party; number; phone; tel; mob; mobile; cell; ph; email; mail; contact; on the; his; "
            "her; with; arriving; coming; &; +; but; or; people; person; pm; am; come; evening; guests; tel "
            "phone ring; spoke to; called back; dinner; wants; asking; asked; asks"
        ),
    },
    "noted": {
        True: (
            "cancel; change; move; moving; rebook; amend; confirming; confirmed; re; regarding; window; windows; "
            "high; chair; quiet; corner; booth; outside; inside; outdoors; indoors; terrace; patio; garden; bar; "
            "fire; fireplace; near; next; by the; away; door; kitchen; view; dog; dogs; puppy; cat; buggy; pram; "
            "pushchair; stroller; vegan; vegans; vegetarian; veggie; veggies; veg; halal; kosher; pescatarian; "
            "pregnant; diabetic; diet; cake; candles; candle; champagne; prosecco; flowers; balloons; surprise; "
            "present; gift; regular; vip; first; late; early; leave; leaving; must; back; need; quick; pre; theatre; "
            "theater; show; menu; set; tasting; wine; pairing; voucher; deposit; card; paid; pay; cash; bill; "
            "parking; taxi; hotel; room; room no; usual; same; table; again; last; big; small; round; large; long; "
            "cosy; romantic; nice; good; best; not; no; without; avoid; don't; dont; can't; cant; will; if; when; "
            "until; before; after; they; he; she; who; which; someone; one; two; only; free; call; confirm; text; "
            "whatsapp; tbc; maybe; possibly; elderly; older; grandma; mum; dad; mother; father; friend; friends; "
            "family; business; client; clients; colleagues; work; meeting; important; loud; deaf; blind; guide; "
            "crutches; leg; broken; blanket; heater; heating; sun; shade; sofa; bench; stool; stools; counter; "
            "chef's; private; downstairs; upstairs; ground; floor; step; steps; stairs; lift; toilet; near the; beer; "
            "food; meal; drinks; snacks; balcony; alcove; conservatory; wheelchair; special; request; requests; note; "
            "notes; extra; more; spicy; promotion; promoted; job; exam; exams; results; dietary; requirement; "
            "requirements; provisional; provisionally; pencil; pencilled; waiting; waitlist; ring; voicemail; "
            "message; left; landline; urgent; critic; press; journalist; blogger; influencer; comp; complimentary; "
            "discount; deal; offer; bottomless; roast; steak; plant; keto; low; salt; sugar; breastfeeding; carrycot; "
            "twins; teenagers; teenager; teens; pensioners; pensioner; hard; assistance; service; walking; stick; "
            "zimmer; frame; knee; hip; limited; mobility; ramp; banquette; separate; split; paying; prepaid; invoice; "
            "company; corporate; interview; banner; own; corkage; byo; music; live; jazz; quiz; football; match; "
            "rugby; concert; cinema; train; flight; plane; coach; staying; resident; residents; hen; wake; funeral; "
            "memorial; school; colouring; crayons; photo; photos; photographer; secret; noisy; warm; cold; sunny; "
            "smoking; smoker; smokers; vape; shisha; knows; staff; colleague; manager; boss; owner; chef; parents; "
            "grandparents; grandkids; grandchildren; sister; brother; cousins; cousin; neighbours; neighbour; team; "
            "club; ladies; gents; lads; girls; boys; tourists; american; french; german; italian; spanish; speaks; "
            "autistic; sensory; anxious; running; might; either; flexible; withheld; ex directory; international; "
            "dessert; desserts; coffee; coffees; starters; mains; buffet; takeaway; delivery; complaint; complained; "
            "waiter; waitress; server; returning; loyal; member; members; loyalty; points; hot; cool; fan; aircon; "
            "draft; draught; draughty; light; bright; dark; sea; river; stage; tv; screen; plug; socket; wifi; "
            "laptop; presentation; projector; semi; whole; exclusive; hire; sharing; communal; heated; covered; "
            "sheltered; fussy; picky; discreet; celebrity; famous; recommended; online; website; opentable; emailed; "
            "texted; messaged; rang; phoned; requested; prefers; prefer; requires; require; bringing; brings; later; "
            "earlier; sooner; afterwards; probably; definitely; strictly; twice; photoshoot; speech; speeches; "
            "playing; drinking; eating; ordering"
        ),
    },
    "diet": {
        True: (
            "coeliacs; celiacs; gluten free; gf; dairy free; vegetarian; vegetarians; vegan; vegans; veggie; veggies; "
            "pescatarian; pescatarians; dog; dogs; buggies; prams; pushchairs; strollers"
        ),
    },
    "surname": {
        True: (
            "best; long; small; good; friend; bill; will; cash; quick; round; fish; card; strong; large; high; nice; "
            "booth; beer; corn; french; german; english; light; press; coach; wake; match; ring; day; week; weeks; "
            "an; can; so; do; min; jun; easter"
        ),
    },
    "lone note": {
        True: (
            "window; quiet; corner; booth; outside; inside; terrace; bar; garden; patio; outdoors; indoors; "
            "vegan; vegetarian; dog; buggy; pram; window table; quiet table; corner table"
        ),
    },
    "room": {
        True: "room; flat; apt; apartment; suite; room no; no; nr; gate; code; pin; ref; voucher; number; bus; car",
    },
    "joined": {
        True: "and; &",
    },
    "between": {
        True: "between",
    },
    "including": {
        True: "including; incl; inc; of which; of whom; of them",
    },
    "excluded": {
        True: "without; no; not",
    },
    "ordinal": {
        1: "first",
        2: "second",
        3: "third",
        4: "fourth",
        5: "fifth",
        6: "sixth",
        7: "seventh",
        8: "eighth",
        9: "ninth",
        10: "tenth",
        11: "eleventh",
        12: "twelfth",
        13: "thirteenth",
        14: "fourteenth",
        15: "fifteenth",
        16: "sixteenth",
        17: "seventeenth",
        18: "eighteenth",
        19: "nineteenth",
        20: "twentieth",
        21: "twenty first; twenty-first",
        22: "twenty second; twenty-second",
        23: "twenty third; twenty-third",
        24: "twenty fourth; twenty-fourth",
        25: "twenty fifth; twenty-fifth",
        26: "twenty sixth; twenty-sixth",
        27: "twenty seventh; twenty-seventh",
        28: "twenty eighth; twenty-eighth",
        29: "twenty ninth; twenty-ninth",
        30: "thirtieth",
        31: "thirty first; thirty-first",
    },
    "number": {
        1: "one",
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty",
        21: "twenty one; twenty-one",
        22: "twenty two; twenty-two",
        23: "twenty three; twenty-three",
        24: "twenty four; twenty-four",
        25: "twenty five; twenty-five",
        30: "thirty",
        35: "thirty five; thirty-five",
        40: "forty",
        45: "forty five; forty-five",
        50: "fifty",
        55: "fifty five; fifty-five",
    },
}
