"""The words of the demo seed: invented people, and what they write in their languages."""

from __future__ import annotations

# Account id without its first signs, name, e-mail (None: hidden), time zone, locale, active.
PEOPLE = (
    ("01", "Ngozi Okonkwo-Bright", "ngozi@example.com", "Africa/Lagos", "en_GB", True),
    ("02", "李小龍 (Bruce)", "bruce@example.com", "Asia/Hong_Kong", "zh_TW", True),
    ("03", "Zoë d’Arçon-Müller", "zoe@example.com", "Europe/Zurich", "fr_FR", True),
    ("04", "محمد الفاسي", "mohammed@example.com", "Africa/Casablanca", "ar_MA", True),
    ("05", "Søren Ødegård", None, "Europe/Oslo", "no_NO", True),
    ("06", "María José Núñez Íñiguez", "mariajose@example.com", "America/Bogota", "es_CO", True),
    ("07", "さくら 田中", "sakura@example.com", "Asia/Tokyo", "ja_JP", True),
    ("08", "יעל כהן", "yael@example.com", "Asia/Jerusalem", "he_IL", True),
    ("09", "Aarav Śrīnivāsan", "aarav@example.com", "Asia/Kolkata", "en_IN", True),
    ("10", "O", None, "Etc/UTC", "en_US", True),
    ("11", "Dariusz Brzęczyszczykiewicz", "dariusz@example.com", "Europe/Warsaw", "pl_PL", True),
    ("12", "Sean O'Neill; DROP TABLE", "sean@example.com", "Europe/Dublin", "en_IE", True),
    ("13", "Former Colleague", "former@example.com", "Etc/UTC", "en_US", False),
)
VERBS = ("Add", "Fix", "Remove", "Document", "Speed up", "Rework", "Translate", "Test", "Monitor", "Simplify")
THINGS = (
    "the berth calendar", "login with a passkey", "the export of invoices", "the map of the harbour",
    "alerts for high water", "the search for ships", "printing on A5", "the API of the pilots",
    "the list of cranes", "dark mode", "offline use", "the audit trail", "two time zones",
    "the import of tides",
)  # fmt: skip
# Every so often a summary is one of these.
SUMMARIES = (
    "Der Anlegekalender zeigt Umlaute falsch: äöüß",
    "潮汐の取り込みが失敗する",
    "Экспорт счетов обрывается на полпути",
    "تصدير الفواتير لا يعمل",
    "החיפוש אחר ספינות איטי",
    "La recherche « navires » ne trouve rien à l’été",
    "ค้นหาเรือไม่พบ",
    "🚢 arrives before 🛟 is ready 👩🏽‍🚀👨‍👩‍👧‍👦🏴‍☠️",
    "<b>Bold</b> & \"quoted\" 'text' -- <script>alert(1)</script>",
    "100% of {braces} [brackets] %20 \\backslash\\ $HOME ${x} #1 @all ~tilde~",
    "Zalgo h̷̢e̶̛ ̵c̸o̴m̷e̸s and e\u0301 is not é",
    "x",
)
COMMENTS = (
    "Looks good to me.",
    "Ich kann das nachstellen: *immer*, wenn der Wasserstand über 4 m liegt.",
    "Ça marche chez moi, mais pas à l’étranger.",
    "再現できました。ログを添付します。",
    "你好,這個問題昨天也發生過。",
    "شكرا جزيلا! سأنظر في الأمر غدا.",
    "תודה, זה עובד עכשיו.",
    "Проверил на стенде — работает.",
    "¿Alguien puede revisarlo antes del viernes?",
    "👍",
    "{code}\nraise TideError('too high')\n{code}",
    "h3. Steps\n# Open the calendar\n# Choose _today_\n# See nothing\n\nSee [the manual|https://manual.example/tides].",
    "This\nhas\nfour\nlines.",
)
DESCRIPTIONS = (
    "As a harbour master I want to see this at a glance.",
    "h2. What happens\nNothing.\n\nh2. What should happen\n* Something\n* Anything",
    "Seen on *Tuesday* by two pilots; {{tide.level}} was null.",
    "Bitte bis zum Hafenfest 🎆 fertig.",
    "هذا النص من اليمين إلى اليسار مع رقم 42 و English في الوسط.",
    "| *Tide* | *Level* |\n| low | 0.4 m |\n| high | 4.1 m |",
)
WORK = ("Read the logs", "Paired with さくら", "Réunion", "Tests", "تصحيح", "")
LABELS = (
    "harbour",
    "tides",
    "ux",
    "säkerhet",
    "tech-debt",
    "緊急",
    "good-first-issue",
    "2025",
    "a/b:c_d",
    "🚢",
)
COMPONENTS = ("Berths", "Tides", "Invoices", "Pilot API")
LONGEST_SUMMARY = "A summary as long as Jira lets it be: " + "tide " * 43 + "ok"
LONGEST_TEXT = ("All work and no play makes the crane a dull machine. " * 620)[:32_767]
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
