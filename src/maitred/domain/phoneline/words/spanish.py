"""Spanish, with accents or without."""

from typing import Any, Final

from maitred.domain.phoneline.words import listed

LANGUAGE: Final = "es"
# Words that others use in another sense: they count only where this language is spoken.
RISKY: Final = listed("dom don mar once pasado reyes vie")
SENSES: Final[dict[str, dict[Any, str]]] = {
    "weekday": {
        0: "lunes; lun",
        1: "martes; mar",
        2: "miercoles; mie; mierc",
        3: "jueves; jue",
        4: "viernes; vie; viernres",
        5: "sabado; sab; sabdo",
        6: "domingo; dom",
    },
    "month": {
        1: "enero; ene",
        2: "febrero; feb",
        3: "marzo",
        4: "abril; abr",
        5: "mayo",
        6: "junio",
        7: "julio",
        8: "agosto; ago",
        9: "septiembre; setiembre",
        10: "octubre",
        11: "noviembre",
        12: "diciembre; dic",
    },
    "ahead": {
        -1: "ayer",
        0: "hoy; este mediodia",
        1: "manana",
        2: "pasado manana; pasado",
    },
    "tonight": {
        0: "esta noche; hoy por la noche; hoy noche; esta tarde noche",
    },
    "feast": {
        "christmas eve": "nochebuena; noche buena",
        "christmas": "navidad; dia de navidad; el dia de navidad",
        "new year's eve": "nochevieja; noche vieja; fin de ano; noche de fin de ano",
        "new year": "ano nuevo; dia de ano nuevo",
        "valentine": "san valentin; dia de los enamorados; dia de san valentin",
        "kings": "reyes; dia de reyes",
        "kings eve": "noche de reyes",
        "good friday": "viernes santo",
        "easter": "domingo de pascua; pascua",
        "mothers": "dia de la madre",
        "fathers": "dia del padre",
    },
    "next": {
        "es": "proximo; proxima",
    },
    "next after": {
        "es": "proximo",
    },
    "this": {
        True: "este; esta",
    },
    "this after": {
        True: "que viene",
    },
    "week off": {
        1: "en una semana; dentro de una semana",
        2: "en dos semanas; dentro de dos semanas; dentro de quince dias; en quince dias",
    },
    "next week": {
        1: (
            "la semana que viene; la proxima semana; proxima semana; de la semana que viene; de la proxima "
            "semana; semana que viene"
        ),
    },
    "units": {
        1: "dias; dia",
        7: "semanas; semana",
    },
    "vague day": {
        True: "fin de semana; el fin de semana; mes; mes que viene",
    },
    "bound": {
        True: "despues de las; antes de las; despues de; antes de; hasta las; no antes de las; entre las; entre",
    },
    "minutes": {
        1: "minutos; minuto",
        60: "horas; hora",
    },
    "in": {
        True: "en; dentro de; en unos",
    },
    "soon": {
        0: "ahora; ahora mismo",
        30: "en media hora; dentro de media hora",
        60: "en una hora; dentro de una hora",
        15: "en un cuarto de hora; dentro de un cuarto de hora",
        45: "en tres cuartos de hora; dentro de tres cuartos de hora",
        90: "en hora y media; dentro de hora y media; en una hora y media; dentro de una hora y media",
    },
    "y media": {
        30: "y media",
    },
    "y cuarto": {
        15: "y cuarto",
    },
    "menos": {
        True: "menos",
    },
    "cuarto": {
        15: "cuarto",
    },
    "y": {
        True: "y",
    },
    "oclock": {
        True: "horas; hora; h; hs; en punto; hrs",
    },
    "part": {
        "morning": "de la manana; por la manana; para desayunar; desayuno; a la manana",
        "noonish": "al mediodia; a mediodia; para comer; a la hora de comer; comida; para almorzar; almuerzo",
        "afternoon": "de la tarde; por la tarde; tarde",
        "evening": "de la noche; por la noche; noche; para cenar; cena; a la noche; para la cena",
    },
    "noon": {
        12: "mediodia; las doce del mediodia; a las doce del mediodia; a las 12 del mediodia; 12 del mediodia",
    },
    "midnight": {
        0: "medianoche; media noche; a medianoche",
    },
    "ish": {
        True: "mas o menos; o asi; aprox",
    },
    "at": {
        True: (
            "a las; a la; las; sobre las; hacia las; a eso de las; desde las; alrededor de las; sobre la; a "
            "partir de las"
        ),
    },
    "on": {
        True: "el; el dia",
    },
    "the": {
        True: "el; el dia; dia; para el; para el dia; del",
    },
    "of": {
        True: "de",
    },
    "for": {
        True: "para",
    },
    "table for": {
        True: (
            "mesa para; una mesa para; somos; seremos; seriamos; vamos a ser; grupo de; mesa de; reserva para; "
            "venimos; vamos; iremos"
        ),
    },
    "people": {
        True: "personas; persona; pers; comensales; pax; cubiertos; gente; plazas; prs",
    },
    "adults": {
        True: "adultos; adulto; mayores",
    },
    "kids": {
        True: "ninos; nino; nina; ninas; peques; menores; crios; menor",
    },
    "couple": {
        2: "nosotros dos; los dos; una pareja; en pareja; mi mujer y yo; mi marido y yo",
        12: "una docena; una docena de",
        1: "solo yo; yo solo; yo sola",
    },
    "roughly": {
        10: "una decena; una decena de",
        15: "una quincena; una quincena de",
        20: "una veintena; una veintena de",
    },
    "baby": {
        True: "bebe; bebes",
    },
    "high chair": {
        True: "trona; tronas; silla alta; sillas altas; silla de bebe; silla para bebe; silla bebe; sillita",
    },
    "plus": {
        True: "mas; y; con; +",
    },
    "or": {
        True: "o",
    },
    "accessible": {
        True: (
            "silla de ruedas; sillas de ruedas; minusvalido; minusvalida; discapacitado; discapacitada; movilidad "
            "reducida; accesible; acceso discapacitados; sin escalones; en silla de ruedas"
        ),
    },
    "table": {
        True: "mesa; la mesa; mesa numero; mesa num",
    },
    "allergen": {
        True: (
            "nueces; nuez; frutos secos; cacahuete; cacahuetes; cacahuate; mani; marisco; mariscos; pescado; "
            "leche; huevo; huevos; soja; trigo; sesamo; lactosa; mostaza; apio; almendras; fresas; kiwi; gambas; "
            "gluten; avellanas; crustaceos; lacteos; setas; ajo; sulfitos; pistachos"
        ),
    },
    "degree": {
        True: "grave; severa; fuerte; es; soy; una; un; tiene; muy; tengo; alguien; hay; somos; son",
    },
    "allergy": {
        True: "alergia; alergias; alergico; alergica; alergicos; intolerancia; intolerante; alergicas",
    },
    "allergy alone": {
        True: "celiaco; celiaca; celiacos; celiaquia; sin gluten; sin lactosa; sin frutos secos",
    },
    "allergic to": {
        True: "a; a los; al; a la; a las; de; por; los; la",
    },
    "occasion": {
        True: (
            "cumpleanos; cumple; aniversario; aniversario de boda; aniversario de bodas; boda; bautizo; comunion; "
            "despedida; despedida de soltera; despedida de soltero; luna de miel; pedida de mano; cena de "
            "empresa; comida de empresa; celebracion; graduacion; jubilacion; fiesta; bodas de oro; bodas de "
            "plata; compromiso"
        ),
    },
    "title": {
        True: "sr; sra; srta; senor; senora; senorita; don; dona; dr; dra; doctor; doctora; sres; familia",
    },
    "named": {
        True: (
            "nombre; a nombre de; a nombre; me llamo; mi nombre es; a mi nombre; soy; nombre de; en nombre de; "
            "apellido; el nombre es; de parte de; a nombre del; soy el; soy la; se llama"
        ),
    },
    "filler": {
        True: (
            "por favor; porfa; gracias; muchas gracias; hola; buenas; buenos dias; buenas tardes; buenas noches; "
            "quisiera; queria; quiero; querria; quisiera reservar; queria reservar; quiero reservar; quisieramos; "
            "queremos; reservar; reserva; una mesa; mesa; una; un; el; la; los; las; de; del; a; al; y; para; "
            "por; si; vale; eh; pues; con; es; somos; posible; si es posible; puede; podria; podriamos; puedo; "
            "me; nos; tendrian; tienen; hay; se; en; que; seria; necesito; necesitamos; tel; telefono; movil; "
            "numero; correo; dia; o; mas; menos; personas; ser; son; soy; mi; nuestro; su; seremos; bueno; bien; "
            "buenas tardes queria; tambien; gustaria; gustaria reservar; me gustaria; le; les; cenar; comer; "
            "esta; favor; da; sobre"
        ),
    },
    "noted": {
        True: (
            "ventana; cerca; junto; silla; tranquila; tranquilo; rincon; esquina; terraza; fuera; dentro; interior; "
            "exterior; jardin; barra; chimenea; perro; perros; perrito; carrito; vegano; vegana; veganos; "
            "vegetariano; vegetariana; vegetarianos; halal; kosher; embarazada; tarta; pastel; velas; vela; champan; "
            "cava; flores; sorpresa; regalo; cliente; habitual; vip; tarde; temprano; menu; vino; tarjeta; cuenta; "
            "aparcamiento; parking; taxi; hotel; habitacion; como; siempre; misma; mismo; grande; pequena; redonda; "
            "bonita; sin; no; pero; despues; antes; quiza; quizas; abuela; abuelo; madre; padre; amigos; companeros; "
            "trabajo; empresa; llamar; importante; vistas; vista; sofa; reservado; arriba; abajo; escaleras; ruido; "
            "romantica; romantico; lejos; puerta; cocina; sombra; sol; balcon; patio; si puede; luz; aire; urgente; "
            "critico; prensa; gemelos; sordo; muletas; andador; planta; ascensor; cuentas; factura; senal; primera; "
            "primer; globos; descorche; musica; teatro; concierto; cine; tren; vuelo; huesped; reencuentro; funeral; "
            "fotografo; secreto; estufa; fumador; fumadores; amigo; amiga; jefe; jefa; padres; abuelos; hermana; "
            "hermano; club; turistas; habla; hablan; ciego; llegan; llega; flexible; segundo; segunda; copas; solo; "
            "postre; cafe; queja; ultima; ultimo; nuevo; nueva; socio; proyector; salon; cochecito; picante; traen; "
            "trae; quieren; prefieren; avisar; calor; frio; pantalla; turno; privado"
        ),
    },
    "diet": {
        True: "vegetariano; vegetarianos; vegetariana; vegetarianas; vegano; veganos; vegana; veganas; perro; perros",
    },
    "surname": {
        True: "flores; bueno; mesa; cena; vino; sol; grande; reyes",
    },
    "lone note": {
        True: (
            "ventana; terraza; tranquila; fuera; dentro; interior; exterior; perro; carrito; en la terraza; junto "
            "a la ventana; cerca de la ventana; en terraza; mesa tranquila; en el interior; al lado de la ventana"
        ),
    },
    "room": {
        True: "habitacion; piso; apartamento; hab",
    },
    "joined": {
        True: "y",
    },
    "between": {
        True: "entre",
    },
    "including": {
        True: "incluido; incluidos; de los cuales; incluyendo",
    },
    "excluded": {
        True: "sin",
    },
    "ordinal": {
        1: "primero; 1º",
    },
    "number": {
        1: "uno; una; un",
        2: "dos",
        3: "tres",
        4: "cuatro",
        5: "cinco",
        6: "seis",
        7: "siete",
        8: "ocho",
        9: "nueve",
        10: "diez",
        11: "once",
        12: "doce",
        13: "trece",
        14: "catorce",
        15: "quince",
        16: "dieciseis",
        17: "diecisiete",
        18: "dieciocho",
        19: "diecinueve",
        20: "veinte",
        21: "veintiuno; veintiuna",
        22: "veintidos",
        23: "veintitres",
        24: "veinticuatro",
        25: "veinticinco",
        30: "treinta",
        35: "treinta y cinco",
        40: "cuarenta",
        45: "cuarenta y cinco",
        50: "cincuenta",
    },
}
