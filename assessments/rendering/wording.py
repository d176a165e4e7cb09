"""The few words that a document has of its own, in the six languages of the United Nations. No Django.

A document speaks the language of its report, whoever asks for it, so these are no strings of the interface.
"""

from __future__ import annotations

KEYS = (
    *("contents", "notes", "missing", "figures", "tables", "boxes", "glossary", "acronyms", "statements"),
    *("statements_lead", "cite", "cite_chapter", "isbn", "doi", "licence", "publisher", "edition", "volume"),
    *("foreword", "preface", "imprint", "used_in", "section", "page", "next", "previous", "draft", "note"),
)
_WORDS = {
    "en": (
        *("Contents", "Notes", "Picture missing", "Figures", "Tables", "Boxes", "Glossary", "Acronyms"),
        "Index of statements of confidence",
        "Each statement that carries a calibrated term, by term and in the order of the text.",
        *("How to cite this report", "How to cite this chapter", "ISBN", "DOI", "Licence", "Published by"),
        *("Edition", "Volume", "Foreword", "Preface", "Imprint", "chapters", "Section", "p.", "Next"),
        *("Previous", "Draft: do not cite, quote or distribute", "Note"),
    ),
    "fr": (
        *("Table des matières", "Notes", "Image manquante", "Figures", "Tableaux", "Encadrés", "Glossaire"),
        *("Sigles et acronymes", "Index des énoncés de confiance"),
        "Chaque énoncé qui porte un terme calibré, par terme et dans l’ordre du texte.",
        *("Pour citer ce rapport", "Pour citer ce chapitre", "ISBN", "DOI", "Licence", "Publié par"),
        *("Édition", "Volume", "Avant-propos", "Préface", "Mentions légales", "chapitres", "Section", "p."),
        *("Suivant", "Précédent", "Projet : ne pas citer, reproduire ni diffuser", "Note"),
    ),
    "es": (
        *("Índice", "Notas", "Falta la imagen", "Figuras", "Tablas", "Recuadros", "Glosario"),
        *("Siglas y acrónimos", "Índice de afirmaciones de confianza"),
        "Cada afirmación que lleva un término calibrado, por término y en el orden del texto.",
        *("Cómo citar este informe", "Cómo citar este capítulo", "ISBN", "DOI", "Licencia", "Publicado por"),
        *("Edición", "Volumen", "Prólogo", "Prefacio", "Créditos", "capítulos", "Sección", "pág."),
        *("Siguiente", "Anterior", "Borrador: no citar, reproducir ni distribuir", "Nota"),
    ),
    "ru": (
        *("Содержание", "Примечания", "Нет изображения", "Рисунки", "Таблицы", "Вставки", "Глоссарий"),
        *("Сокращения", "Указатель утверждений с оценкой достоверности"),
        "Каждое утверждение с калиброванным термином, по терминам и в порядке текста.",
        *("Как цитировать этот доклад", "Как цитировать эту главу", "ISBN", "DOI", "Лицензия", "Издатель"),
        *("Издание", "Том", "Предисловие", "Введение", "Выходные данные", "главы", "Раздел", "с."),
        *("Далее", "Назад", "Проект: не цитировать и не распространять", "Примечание"),
    ),
    "ar": (
        *("المحتويات", "الحواشي", "الصورة غير موجودة", "الأشكال", "الجداول", "الأطر", "مسرد المصطلحات"),
        *("المختصرات", "فهرس العبارات المقرونة بدرجة الثقة"),
        "كل عبارة تحمل مصطلحا معايرا، بحسب المصطلح وبترتيب ورودها في النص.",
        *("كيفية الاستشهاد بهذا التقرير", "كيفية الاستشهاد بهذا الفصل", "ISBN", "DOI", "الترخيص", "الناشر"),
        *("الطبعة", "المجلد", "تصدير", "تمهيد", "بيانات النشر", "الفصول", "القسم", "ص", "التالي", "السابق"),
        *("مسودة: لا يجوز الاستشهاد بها أو الاقتباس منها أو توزيعها", "حاشية"),
    ),
    "zh": (
        *("目录", "注释", "缺少图片", "图", "表", "专栏", "术语表", "缩略语", "置信度陈述索引"),
        "每一条带有校准术语的陈述，按术语和正文顺序排列。",
        *("如何引用本报告", "如何引用本章", "ISBN", "DOI", "许可", "出版者", "版次", "卷", "前言", "序言"),
        *("版权页", "章", "章节", "页", "下一篇", "上一篇", "草稿：请勿引用、引述或传播", "注"),
    ),
}
WORDS = {language: dict(zip(KEYS, texts, strict=True)) for language, texts in _WORDS.items()}


def wording(language: str) -> dict[str, str]:
    """The words of a language by key (``KEYS``); those of English where it has none."""
    return WORDS.get(language.split("-")[0].lower(), WORDS["en"])
