"""Nepali, in its own script and as it is typed in Latin letters."""

from typing import Any, Final

from maitred.domain.phoneline.words import listed

LANGUAGE: Final = "ne"
# Words that others use in another sense: they count only where this language is spoken.
RISKY: Final = listed("aaja gate ma naam nam ra")
ENDINGS: Final = ("का लागि", "को", "का", "की", "मा", "लाई", "ले", "बाट", "सँग", "हरू")
LATIN_ENDINGS: Final = ("ko", "lai", "ma", "ka")
# Latin spellings of numbers count beside `baje`, `jana` and their like only: `sat` and `char` are other words too.
SPOKEN: Final[dict[int, str]] = {
    1: "ek; euta",
    2: "dui; duita; duijana",
    3: "tin; teen; tinta; teenta",
    4: "char; chaar; charta",
    5: "panch; paanch; pach; paach; panchta",
    6: "chha; cha; chhata",
    7: "sat; saat; satta",
    8: "aath; ath; aat",
    9: "nau; nou",
    10: "das; dus; dash",
    11: "eghara; egharah; eghaara",
    12: "bahra; barha; barah; bara",
    15: "pandhra; pandra",
    20: "bis; bees",
}
SENSES: Final[dict[str, dict[Any, str]]] = {
    "weekday": {
        0: "सोमबार; सोम; somabar; sombar; sombaar",
        1: "मङ्गलबार; मंगलबार; मङ्गल; mangalbar; mangalbaar",
        2: "बुधबार; बुध; budhabar; budhbar",
        3: "बिहीबार; बिहिबार; बिही; बिहि; bihibar; bihibaar",
        4: "शुक्रबार; शुक्र; sukrabar; shukrabar; sukrabaar; shukrabaar",
        5: "शनिबार; शनि; शनिवार; shanibar; sanibar; shanibaar; sanibaar; shanivar; sanivar",
        6: "आइतबार; आइत; आईतबार; aitabar; aaitabar; aaitbar; aitbar; aaitabaar",
    },
    "month": {
        1: "जनवरी",
        2: "फेब्रुअरी; फेब्रुवरी",
        3: "मार्च",
        4: "अप्रिल; अप्रील",
        5: "मे",
        6: "जुन; जून",
        7: "जुलाई",
        8: "अगस्ट; अगष्ट",
        9: "सेप्टेम्बर",
        10: "अक्टोबर",
        11: "नोभेम्बर; नोवेम्बर",
        12: "डिसेम्बर; डिसेंबर",
    },
    "other month": {
        True: (
            "बैशाख; वैशाख; जेठ; असार; साउन; श्रावण; भदौ; असोज; कार्तिक; कात्तिक; मंसिर; मङ्सिर; पुस; पुष; माघ; "
            "फागुन; फाल्गुन; चैत; baisakh; jestha; asar; saun; shrawan; bhadau; asoj; kartik; mangsir; poush; "
            "pus; magh; fagun; falgun; chait; गते; gate; gatey"
        ),
    },
    "ahead": {
        -1: "हिजो; hijo",
        0: "आज; aaja; aja",
        1: "भोलि; भोली; bholi; voli; bholli",
        2: "पर्सि; पर्सी; parsi; porsi",
    },
    "tonight": {
        0: (
            "आज बेलुका; आज राति; आज साँझ; aaja beluka; aaja rati; aja beluka; aaja belka; aaja saanjh; aaja "
            "sanjha; aaja sanjh"
        ),
    },
    "feast": {
        "new year's eve": "नयाँ वर्षको पूर्वसन्ध्या",
        "christmas": "क्रिसमस",
        "valentine": "भ्यालेन्टाइन; भ्यालेन्टाइन डे",
        "unknown": "दशैं; दशैँ; तिहार; dashain; tihar; लोसार",
    },
    "next": {
        "ne": "अर्को; arko; अर्को हप्ताको; aarko",
    },
    "this": {
        True: "यो; यही; yo; yehi; aaune; आउने",
    },
    "week off": {
        1: "एक हप्ता पछि; ek hapta pachi",
        2: "दुई हप्ता पछि; dui hapta pachi; २ हप्ता पछि",
    },
    "next week": {
        1: "अर्को हप्ता; अर्को हप्ताको; arko hapta; arko haptako",
    },
    "vague day": {
        True: "सप्ताहान्त; हप्ताको अन्त्य; महिना; mahina",
    },
    "bound": {
        True: "पछि; अघि; pachi; agadi; pachhi; aghi",
    },
    "days later": {
        1: "दिन पछि; दिनपछि; din pachi; din pachhi",
        7: "हप्ता पछि; हप्तापछि; hapta pachi; hapta pachhi",
    },
    "later": {
        1: "मिनेटमा; मिनेट पछि; मिनेटपछि; minetma; minet ma; minet pachi; minute pachi; minute ma; minet pachhi",
        60: "घण्टामा; घण्टा पछि; घण्टापछि; ghanta pachi; ghantama; ghanta ma; ghanta pachhi",
    },
    "soon": {
        0: "अहिले; अहिल्यै; ahile; ahilei",
        30: "आधा घण्टामा; आधा घण्टा पछि; aadha ghanta ma; adha ghantama; aadha ghantama",
    },
    "sadhe": {
        30: "साढे; साढ़े; साडे; sadhe; saadhe; sade; saade",
    },
    "sawa": {
        15: "सवा; sawa; sava",
    },
    "paune": {
        -15: "पौने; paune; poune",
    },
    "spoken clock": {
        90: "डेढ; dedh; डेढ़",
        150: "अढाई; adhai; साढे दुई",
    },
    "oclock": {
        True: "बजे; बजेको; बजेतिर; बजेका लागि; बजेको लागि; बजेदेखि; baje; bajey; bajetira; bajeko; baje ko; bje",
    },
    "part": {
        "morning": "बिहान; bihana; bihan; bihaana",
        "noonish": "मध्याह्न; खाजा; lunch ma; दिउँसोको खाना",
        "afternoon": "दिउँसो; diuso; diunso; दिउसो",
        "evening": (
            "बेलुका; बेलुकी; साँझ; राति; रात; beluka; belka; sanjh; sanjha; saanjha; saanjh; rati; raati; beluki; डिनर"
        ),
    },
    "noon": {
        12: "मध्यान्ह",
    },
    "midnight": {
        0: "मध्यरात; मध्यराति; madhyarat",
    },
    "ish": {
        True: "तिर; tira; jasto; जति; jati; लगभग",
    },
    "at": {
        True: "करिब; karib",
    },
    "people": {
        True: (
            "जना; जनाको; जनाका लागि; जनाको लागि; मान्छे; व्यक्ति; जनाले; jana; janako; jana ko; janna; jna; "
            "manche; manchhe; janaa; जनालाई; jana lai; janalai; jana ko lagi"
        ),
    },
    "table for": {
        True: "हामी; hami; haami",
    },
    "kids": {
        True: "बच्चा; बच्चाहरू; बालबालिका; bachcha; bachha; baccha; bachchaharu; bacha; केटाकेटी",
    },
    "adults": {
        True: "वयस्क; ठूला; thula; ठुला",
    },
    "baby": {
        True: "शिशु; सानो बच्चा; sano bachcha; sano bachha; sano bacha; sano baccha",
    },
    "high chair": {
        True: (
            "हाई चेयर; हाइ चेयर; बच्चाको कुर्सी; hai chair; bachha ko kursi; bachcha ko kursi; बेबी चेयर; अग्लो "
            "कुर्सी; bachako kursi"
        ),
    },
    "plus": {
        True: "र; ra; अनि",
    },
    "or": {
        True: "वा; कि",
    },
    "accessible": {
        True: "ह्वीलचेयर; व्हीलचेयर; ह्विलचेयर; अपाङ्ग; अपांग; ह्वीलचेयरमा",
    },
    "table": {
        True: "टेबल; टेबल नम्बर; टेबल नं; table number",
    },
    "allergen": {
        True: (
            "बदाम; बदामको; काजु; माछा; दूध; दुध; अण्डा; गहुँ; झिँगे माछा; badam; kaju; machha; dudh; anda; "
            "maachha; ओखर; okhar; सी फुड; माछाको; दूधको; अण्डाको; badamko; काजुको; गहुँको; दुधको; badam ko; "
            "machha ko"
        ),
    },
    "allergy": {
        True: "एलर्जी; एलर्जि; एलर्जीको; alarji; elarji; allergi; alergi",
    },
    "allergic to": {
        True: "सँग",
    },
    "occasion": {
        True: (
            "जन्मदिन; जन्मदिनको; वार्षिकोत्सव; बिहे; विवाह; विवाह वार्षिकोत्सव; पास्नी; ब्रतबन्ध; janmadin; "
            "janamdin; janma din; barshikotsav; pasni; anniversary; जन्म दिन; बर्थडे; एनिभर्सरी"
        ),
    },
    "title": {
        True: ("श्री; श्रीमती; श्रीमान; सुश्री; डा; shri; shree; srimati; shrimati; dai; didi; दाइ; दिदी; ज्यू; प्रा; डाक्टर"),
    },
    "named": {
        True: "नाम; मेरो नाम; को नाम; mero naam; naam; mero nam; नाम हो; name ho",
    },
    "named after": {
        True: (
            "को नाममा; को नाम मा; नाममा; ko naam ma; ko naamma; ko nam ma; ko naam; ko nama; को नाम; naamma; ko "
            "nam; को नामबाट"
        ),
    },
    "filler": {
        True: (
            "को; का; की; मा; लागि; लाई; हो; छ; छौं; छौँ; छन्; होला; र; ले; नमस्ते; नमस्कार; धन्यवाद; कृपया; "
            "चाहियो; चाहिन्छ; टेबल; बुक; गर्नुहोस्; गर्न; गरिदिनुस्; गरिदिनु; रिजर्भ; हामी; मेरो; म; मलाई; "
            "हामीलाई; पनि; एउटा; सक्छु; चाहन्छु; होस्; हुन्छ; पर्यो; पर्छ; गर्नु; दिनुस्; आउँछौं; आउने; छु; थियो; "
            "बुकिङ; फोन; नम्बर; फोन नम्बर; हाम्रो; गरिदिनुहोस्; बजे; जना; ko; ka; ki; ma; lagi; lai; ho; cha; "
            "chha; chhaun; chau; chaum; namaste; namaskar; dhanyabad; kripaya; chahiyo; chahinchha; chaiyo; "
            "chahincha; garnu; garna; garidinus; hami; haami; mero; malai; hamilai; pani; euta; hos; hunchha; "
            "huncha; paryo; cha hola; hola; aauchhau; aauchau; phone number; ra; ko lagi; का लागि; को लागि; "
            "garnus; gardinus; gari dinus; cahiyo; तारिख; तारिखमा; tarik; tarikh"
        ),
    },
    "noted": {
        True: (
            "झ्याल; झ्यालको; छेउ; छेउमा; नजिक; कुना; शान्त; बाहिर; भित्र; कुकुर; शाकाहारी; भेज; केक; मैनबत्ती; फूल; "
            "उपहार; ढिलो; बिना; हैन; छैन; हुँदैन; कुर्सी; ठाउँ; jhyal; jhyalko; chheu; cheu; najik; kuna; shanta; "
            "bahira; bhitra; kukur; shakahari; sakahari; veg; cake; dhilo; bina; chaina; chhaina; kursi; thau; छत; "
            "chhat; बगैंचा; झ्यालनेर; झ्याल नेर; jhyal ner; ner; नेर; ful; phul; mombatti; chito; jain; masu; "
            "nakhane; piro; kam; gaadi; gadi; parking; taxi; office; sathi; sathiharu; pariwar; pariwarko; aama; "
            "buwa; phone; khabar; mathi; tala; bagaicha; party; menu; peya; wine; momo; dal; bhat; मासु; नखाने; पिरो; "
            "कम; गाडी; पार्किङ; ट्याक्सी; साथी; साथीहरू; परिवार; अफिस; बगैँचा; माथि; तल; खबर; बिदाइ; पार्टी; मेनु; "
            "मम; छिटो; ढिला"
        ),
    },
    "lone note": {
        True: (
            "झ्याल; झ्यालको छेउ; झ्यालको छेउमा; शाकाहारी; बाहिर; भित्र; jhyal; bahira; bhitra; shakahari; jhyal "
            "ko cheu; jhyalko cheuma; शान्त कुना; शान्त; झ्याल नेर; झ्यालनेर"
        ),
    },
    "room": {
        True: "कोठा; kotha",
    },
    "excluded": {
        True: "बिना",
    },
    "number": {
        1: "एक; एउटा",
        2: "दुई; दुइ; दुईटा",
        3: "तीन; तिन",
        4: "चार",
        5: "पाँच; पांच; पाच",
        6: "छ; छः; ६टा",
        7: "सात",
        8: "आठ",
        9: "नौ",
        10: "दश; दस",
        11: "एघार",
        12: "बाह्र; बार्ह",
        13: "तेह्र",
        14: "चौध",
        15: "पन्ध्र",
        16: "सोह्र",
        17: "सत्र",
        18: "अठार",
        19: "उन्नाइस",
        20: "बीस; बिस",
        25: "पच्चीस",
        30: "तीस",
        40: "चालीस",
        45: "पैंतालीस",
        50: "पचास",
    },
}
