"""Words that bodies are called by. Written for the generator alone: no list of the resolver is read."""


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split(","))


COUNTRIES = _split("""
    SN, ML, BF, BJ, TG, NE, CM, MG, CI, GN, CD, CG, TD, MR, MA, TN, DZ, HT, VN, KH, LA, IN, NP, PE, BO, EC, CO, NI, GT,
    PS, LB, AM, RO, MD, UA, DE, IT, ES, PL
""")
THEMES = {
    "EAU": _split("Eau, Puits, Source, Eau Vive, Hydraulique, Assainissement, Forages, Fontaines"),
    "EDUC": _split("École, Éducation, Savoir, Livres, Alphabétisation, Parrainage, Cartables, Bibliothèque, Lecture"),
    "SANT": _split("Santé, Médecins, Soins, Dispensaire, Pharmacie, Vision, Dentistes, Maternité, Handicap"),
    "AGRI": _split("Terre, Agriculture, Semences, Maraîchage, Paysans, Apiculture, Élevage, Vergers, Cacao"),
    "ENVI": _split("Forêt, Arbres, Climat, Biodiversité, Mangrove, Énergie solaire, Recyclage"),
    "CULT": _split("Culture, Théâtre, Musique, Cinéma, Patrimoine, Percussions, Danse, Contes, Arts, Photographie"),
    "ENFA": _split("Enfants, Enfance, Orphelins, Sourires, Berceau, Jeunesse, Écoliers, Crèche"),
    "ECON": _split("Commerce équitable, Artisanat, Microcrédit, Développement, Coopératives, Couture, Entreprendre"),
}
OPENINGS = _split("""
    Association, Les Amis de, Solidarité, Échanges, Espoir pour, Ensemble pour, Action, Les Enfants de, Coopération,
    Un avenir pour, Horizons, Main dans la main, Partage, Des ailes pour, Terre et, SOS, Collectif, Agir pour, Amitié,
    Jumelage solidaire, Un puits pour, Une école pour, Rencontres, Regards, Objectif, Mission, Cœurs de, Union pour
""")
LOCAL_WORDS = _split("""
    Baobab, Teranga, Djembé, Kassoumaï, Tiéré, Sankofa, Wend Kuni, Kédougou, Fouta, Yélen, Zoma, Ravinala, Tsiky,
    Benkadi, Jokkoo, Nafa, Ubuntu, Pachamama, Sumak, Apsara, Namasté, Lotus, Caravane, Escale, Passerelle, Tandem,
    Colibri, Arc-en-ciel, Tournesol, Graines, Racines, Palabre, Boussole, Latitude, Méridien, Harmattan, Oasis,
    Pirogue, Karité, Griot, Zanzan, Ankara, Sahel, Fromager, Calebasse, Savane, Mousson, Altiplano, Kora, Balafon, Faso,
    Diaspora, Bambou, Rizière, Cordillère, Atlas, Toubkal, Hoggar, Massaï, Nomade, Touareg, Jacaranda, Flamboyant,
    Soleil, Lumière
""")
NATIONALS = (
    ("Secours populaire français", "SPF"), ("Croix-Rouge française", "CRF"), ("Secours catholique", "SC-CF"),
    ("Artisans du Monde", "ADM"), ("CCFD-Terre Solidaire", "CCFD"), ("Peuples Solidaires", "PS"),
    ("Ligue de l'enseignement", "LDE"), ("Ingénieurs sans frontières", "ISF"), ("Électriciens sans frontières", "ESF"),
    ("Amnesty International", "AI"), ("Médecins du Monde", "MDM"), ("Association France Palestine Solidarité", "AFPS"),
    ("Cimade", ""), ("Emmaüs", ""), ("Agriculteurs français et développement international", "AFDI"),
    ("Lions Club", ""), ("Rotary Club", ""), ("Ligue des droits de l'Homme", "LDH"), ("Terre des Hommes", "TDH"),
)  # fmt: skip
PATRONS = _split("""
    Victor Hugo, Jean Moulin, Jules Ferry, Émile Zola, Marie Curie, Jean Jaurès, Louis Pasteur, Albert Camus,
    Jacques Prévert, Georges Brassens, Simone Veil, Paul Éluard, Saint-Joseph, Notre-Dame, Jeanne d'Arc, Jean Rostand,
    Antoine de Saint-Exupéry, George Sand, Molière, La Fontaine, Paul Langevin, Louise Michel, Lucie Aubrac, Rosa Parks,
    Pierre Mendès France, Gustave Eiffel, Blaise Pascal, René Descartes, Jean Monnet, Robert Schuman, Condorcet,
    Montaigne, Voltaire, Rabelais, Ronsard, Arthur Rimbaud, Marcel Pagnol, Frédéric Mistral, Alphonse Daudet,
    Jean Giono, Colette, Maurice Genevoix, Alain-Fournier, Jean Zay, Camille Claudel, Édouard Herriot, Saint-Michel,
    Sainte-Marie, Saint-Louis, Sacré-Cœur
""")
FOREIGN = _split("""
    Ouahigouya, Kayes, Podor, Matam, Bakel, Tsévié, Bembéréké, Antsirabe, Mananjary, Sibiu, Suceava, Trier, Coblence,
    Bamberg, Wrexham, Crawley, Segovia, Braga, Lublin, Gyumri, Jéricho, Hébron, Hué, Bobo-Dioulasso, Koudougou, Dogbo,
    Ziguinchor, Bignona, Tambacounda, Djenné, Ségou, Sikasso, Zinder, Dosso, Kpalimé, Dschang, Bafoussam, Fianarantsoa,
    Maroantsetra, Cluj, Brasov, Marburg, Bayreuth, Ulm, Straubing, Cork, Bath, Huelva, Viseu, Poznan, Gdynia, Naplouse
""")
STREETS = _split("""
    rue de la République, rue des Écoles, avenue Jean Jaurès, place de la Mairie, boulevard Gambetta, rue du Moulin,
    chemin des Vignes, impasse des Lilas, allée des Tilleuls, rue Pasteur, avenue de la Gare, rue du Stade,
    place du Marché, rue Victor Hugo, rue du 8 mai 1945, quai de la Loire, rue de l'Église, route de Paris
""")
SYLLABLES = _split(
    """
    ba, ka, ma, na, sa, ta, fa, di, ki, li, mi, ri, ti, bo, ko, lo, mo, to, du, gu, ku, lu, mu, fé, né, ré, sé, ndia,
    mba, nga, kou, bou, dou, zan, tam, gor, lem, war, bel, jo, yé, ña, cha, pui, ver, lan
""".replace("ña", "nia")
)
PURPOSES = (
    "pour la construction d'un puits", "projet de forage", "voyage solidaire 2024", "chantier de jeunes",
    "équipement d'un dispensaire", "rénovation d'une école", "aide alimentaire d'urgence", "envoi d'un conteneur",
)  # fmt: skip
SPORTS = _split("""
    Tennis, Football, Rugby, Handball, Basket, Judo, Karaté, Natation, Athlétisme, Cyclisme, Pétanque,
    Badminton, Volley-Ball, Gymnastique, Escrime, Aviron, Voile, Canoë-kayak, Randonnée pédestre, Tir à l'arc,
    Tennis de table, Équitation, Danse, Plongée, Escalade, Spéléologie, Boules, Haltérophilie, Patinage,
    Triathlon, Échecs, Billard, Roller, Golf, Ski
""")
ACTIVITIES = _split("""
    Prévention routière, Sport adapté, Sport en milieu rural, Tourisme, Retraite sportive, Don du sang, Anciens
    combattants
""")
LOCAL_BODIES = _split("""
    Comité des fêtes, Amicale laïque, École de musique, Harmonie municipale, Foyer rural, Familles rurales, Chorale,
    Club du troisième âge, Association des parents d'élèves, Société de chasse, Union des commerçants, Donneurs de sang
""")
SERVICES = _split("""
    Centre social, Résidence, Crèche, Maison de quartier, Foyer de jeunes travailleurs, Maison de retraite,
    Centre de loisirs, Halte-garderie, Association de gestion, Entraide
""")
STAGE = _split("Compagnie, Théâtre, Festival, Ensemble vocal, Collectif, Ateliers, Radio, Cinéma, Studio, Fanfare")
