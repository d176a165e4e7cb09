"""Words of six languages, common ones first, of which the chapters of ``_edits`` are made."""

from __future__ import annotations

VOCABULARY = {
    "en": """the of and in a to that for with on as by from at model models risk risks data task tasks
        agents report evidence safety training compute developers governments energy research
        laboratory measures testing public security access system systems capability language
        images text code attack attacks defence workers labour market firms country countries
        region water cost costs privacy bias users content policy treaty committee review draft
        method methods result results error errors sample trial trials hospital school patients
        climate network software hardware chip chips factory electricity demand supply trade
        growth decline threshold limit early late open closed large small new old common rare
        reliable uncertain global local technical social legal shows suggests finds reports
        remains depends differs grows falls rises improves weakens supports limits requires allows
        prevents describes compares estimates observes""",
    "fr": """le la les des du et en un une que pour avec sur dans par modèle modèles risque risques
        données tâche agents rapport preuves sécurité entraînement calcul développeurs
        gouvernements énergie recherche laboratoire mesures essais public accès système systèmes
        capacité langue images texte code attaque défense travailleurs marché entreprises pays
        région eau coût coûts biais utilisateurs contenu politique traité comité examen projet
        méthode résultats erreur échantillon hôpital école patients climat réseau logiciel usine
        électricité demande offre croissance déclin seuil limite ouvert fermé grand petit nouveau
        ancien commun rare fiable incertain mondial local technique social juridique montre
        suggère trouve reste dépend diffère augmente baisse améliore exige""",
    "es": """el la los las de y en un una que para con por sobre modelo modelos riesgo riesgos datos
        tarea agentes informe pruebas seguridad entrenamiento cálculo desarrolladores gobiernos
        energía investigación laboratorio medidas ensayos público acceso sistema sistemas
        capacidad lengua imágenes texto código ataque defensa trabajadores mercado empresas país
        región agua costo costos sesgo usuarios contenido política tratado comité revisión
        borrador método resultados error muestra hospital escuela pacientes clima red fábrica
        electricidad demanda oferta crecimiento descenso umbral límite abierto cerrado grande
        pequeño nuevo antiguo común raro fiable incierto mundial local técnico social jurídico
        muestra sugiere encuentra depende difiere crece baja mejora""",
    "ru": """и в на с по для из от к при модель модели риск риски данные задача задачи агенты доклад
        сведения безопасность обучение вычисления разработчики правительства энергия исследование
        лаборатория меры испытания доступ система системы способность язык изображения текст код
        атака защита работники рынок компании страна страны регион вода затраты пользователи
        содержание политика договор комитет обзор проект метод результаты ошибка выборка больница
        школа пациенты климат сеть завод электричество спрос предложение рост снижение порог
        предел открытый закрытый большой малый новый старый общий редкий надёжный мировой местный
        технический показывает находит остаётся зависит отличается растёт падает улучшает требует
        позволяет описывает""",
    "ar": """في من على إلى عن مع هذا هذه التي الذي النموذج النماذج المخاطر البيانات المهمة المهام
        التقرير الأدلة السلامة التدريب الحوسبة المطورون الحكومات الطاقة البحث المختبر التدابير
        الاختبار الأمن الوصول النظام الأنظمة القدرة اللغة الصور النص البرمجيات الهجوم الدفاع
        العمال السوق الشركات البلد البلدان المنطقة المياه التكلفة الخصوصية المستخدمون المحتوى
        السياسة المعاهدة اللجنة المراجعة المسودة المنهج النتائج الخطأ العينة المستشفى المدرسة
        المناخ الشبكة المصنع الكهرباء الطلب العرض النمو الانخفاض الحد الجديد القديم الكبير الصغير
        العالمي المحلي التقني الاجتماعي القانوني يظهر يشير يجد يبقى يعتمد يختلف يزيد يحسن يتطلب
        يسمح يصف يقارن""",
    "zh": """模型 风险 数据 任务 报告 证据 安全 训练 计算 开发者 政府 能源 研究 实验室 措施 测试
        公众 访问 系统 能力 语言 图像 文本 代码 攻击 防御 工人 市场 企业 国家 地区 水资源
        成本 隐私 偏差 用户 内容 政策 条约 委员会 评审 草案 方法 结果 误差 样本 医院 学校
        患者 气候 网络 软件 硬件 芯片 工厂 电力 需求 供应 贸易 增长 下降 门槛 限制 早期 晚期
        开放 封闭 大型 小型 新的 旧的 常见 罕见 可靠 全球 本地 技术 社会 法律 表明 显示 发现
        仍然 取决于 不同于 改进 支持 需要 允许 防止 描述 比较 估计 观察 的 在 和 对 由 为
        与 从 于""",
}
VOCABULARY = {language: words.split() for language, words in VOCABULARY.items()}
