"""What the demonstration says between the commands, in three languages."""

from typing import Final

WORDS: Final[dict[str, tuple[str, str, str]]] = {
    # identifier: (Finnish, Swedish, English)
    "title": (
        "TODISTE: lääkäristä paperin ja lompakon kautta virkailijalle",
        "TODISTE: från läkaren via papper och plånbok till tjänstemannen",
        "TODISTE: from the doctor, by paper and wallet, to the official",
    ),
    "demo": (
        "Tämä on harjoitus: ihmiset, organisaatiot ja tunnukset ovat keksittyjä, eikä mikään annettu ole voimassa.",
        "Det här är en övning: människor, organisationer och beteckningar är påhittade, och inget som utfärdas gäller.",
        "This is a demo: people, organisations and identifiers are made up, and nothing issued here is valid anywhere.",
    ),
    "trust": (
        "Harjoituksen luottamus: juurivarmenteet, antajat, pyytäjä ja lompakko",
        "Övningens tillit: rotcertifikat, utfärdare, den som begär och plånboken",
        "Demo trust: root certificates, issuers, the one who asks, and a wallet",
    ),
    "serving": (
        "Palvelut käynnistyvät omina prosesseinaan",
        "Tjänsterna startar som egna processer",
        "The services start, each as a process of its own",
    ),
    "issued": (
        "Lääkäri antaa lausuntopalautteen, koko lausunnon ja henkilötietojen antaja henkilötiedot",
        "Läkaren utfärdar utlåtanderesponsen och hela utlåtandet, och utfärdaren av personuppgifter personuppgifterna",
        "The doctor issues the statement feedback and the full statement; the identity provider the personal data",
    ),
    "before_after": (
        "Ennen ja nyt: mitä virasto saa tietää",
        "Förr och nu: vad myndigheten får veta",
        "Before and after: what the office learns",
    ),
    "before": ("ENNEN: B-lausunto paperilla", "FÖRR: B-utlåtandet på papper", "BEFORE: the B-statement on paper"),
    "after": (
        "NYT: lausuntopalaute, käyttötarkoitus P1",
        "NU: utlåtanderespons, ändamål P1",
        "AFTER: statement feedback, purpose P1",
    ),
    "too_much": ("liikaa", "för mycket", "too much"),
    "too_little": ("puuttuu", "saknas", "missing"),
    "never": ("ei koskaan", "aldrig", "never"),
    "b_diagnosis": ("diagnoosi ja sen koodi", "diagnosen och dess kod", "the diagnosis and its code"),
    "b_history": ("esitiedot, löydökset, hoidot", "förhistoria, fynd, behandlingar", "history, findings, treatments"),
    "b_unit": (
        "yksikkö, erikoisala, lääkärin nimi",
        "enhet, specialitet, läkarens namn",
        "unit, specialty, the doctor's name",
    ),
    "b_meaning": ("mitä se tarkoittaa työssä", "vad det betyder i arbetet", "what it means at work"),
    "a_never": (
        "diagnoosi, yksikkö, lääkäri",
        "diagnos, enhet, läkare",
        "diagnosis, unit, doctor",
    ),
    "sheet": (
        "A4-paperi ja erillinen vahvistuskoodi; paperi käy sellaisenaan myös ilman älypuhelinta",
        "A4-papperet och en separat bekräftelsekod; papperet gäller som sådant också utan smarttelefon",
        "The A4 sheet, and the code for it apart; a person without a phone can use the sheet as it is",
    ),
    "receive": (
        "Lompakko lukee QR-koodin PDF:n kuvapisteistä, kysyy vahvistuskoodin ja tallentaa tiedot",
        "Plånboken läser QR-koden ur PDF:ens bildpunkter, frågar efter bekräftelsekoden och sparar uppgifterna",
        "The wallet reads the QR code from the PDF's pixels, asks for the confirmation code and keeps the data",
    ),
    "request": (
        "Virkailija pyytää tiedot käyttötarkoitukseen P1; lompakko näyttää kuka, miksi ja mitä",
        "Tjänstemannen begär uppgifter för ändamål P1; plånboken visar vem, varför och vad",
        "The official asks for purpose P1; the wallet shows who asks, why and what",
    ),
    "verdict": (
        "Virkailija lukee, mitä todistettiin",
        "Tjänstemannen läser vad som bevisades",
        "The official reads what was proven",
    ),
    "verdict_sv": ("Sama ruotsiksi", "Samma på svenska", "The same in Swedish"),
    "from_statement": (
        "Sama käyttötarkoitus koko lausunnosta: vain johtopäätökset, diagnoosi pysyy piilossa",
        "Samma ändamål ur hela utlåtandet: bara slutsatserna, diagnosen förblir dold",
        "The same purpose from the full statement: its conclusions alone, the diagnosis stays hidden",
    ),
    "refuse": (
        "Ihminen kieltäytyy, eikä mitään pahaa tapahdu",
        "Personen avböjer, och inget ont händer",
        "The person refuses, and nothing bad happens",
    ),
    "x1": (
        "Kielletty käyttötarkoitus: koko lausuntoa ei voi edes rekisteröidä",
        "Förbjudet ändamål: hela utlåtandet kan inte ens registreras",
        "A forbidden purpose: asking for the whole statement cannot even be registered",
    ),
    "lying": (
        "Valehteleva pyytäjä: oikea varmenne, rekisteröity käyttötarkoitus P1, mutta pyytää diagnooseja",
        "En part som ljuger: rätt certifikat, registrerat ändamål P1, men begär diagnoser",
        "A lying verifier: a valid certificate, registered for P1, yet it asks for diagnoses",
    ),
    "p5": (
        "Itsearvion tulos alkuhaastatteluun (P5)",
        "Resultatet av självbedömningen till den inledande intervjun (P5)",
        "A self-assessment result for the initial interview (P5)",
    ),
    "p4": (
        "Eläkepäätös osatyökykyisyyden toteamiseen (P4); Pekka Pilotin lompakko",
        "Ett pensionsbeslut för att konstatera partiell arbetsförmåga (P4); Pekka Pilottis plånbok",
        "A pension decision for partial work ability (P4); the wallet of Pekka Pilotti",
    ),
    "history": (
        "Lompakko muistaa, mitä näytettiin ja kenelle",
        "Plånboken minns vad som visades och för vem",
        "The wallet remembers what was shown, and to whom",
    ),
    "superseded": (
        "Lääkäri korvaa palautteen uudella; lompakko ei vielä tiedä, mutta virkailijan tarkistus kertoo sen",
        "Läkaren ersätter responsen med en ny; plånboken vet det inte ännu, men tjänstemannens kontroll säger det",
        "The doctor supersedes the feedback; the wallet does not know yet, but the official's verdict says so",
    ),
    "check": (
        "Lompakko kysyy antajilta vasta, kun sitä pyydetään: mikä vaatii huomiota",
        "Plånboken frågar utfärdarna först när den ombeds: vad som kräver uppmärksamhet",
        "The wallet asks the issuers only when it is told to: what needs attention",
    ),
    "asks": ("kysyy", "frågar", "asks"),
    "done": ("Valmis.", "Klart.", "Done."),
    "pdf": ("Paperi", "Papperet", "The sheet"),
    "transcript": (
        "Komennot ja niiden tulosteet, kopioitavissa",
        "Kommandona och det de skrev ut, kan kopieras",
        "The commands and their output, to copy and paste",
    ),
    "failed": ("Vaihe ei mennyt niin kuin piti", "Ett steg gick inte som det skulle", "A step did not go as it should"),
    "expected": ("odotettu poistumiskoodi", "väntad slutkod", "expected exit code"),
}

LANGUAGES: Final = ("fi", "sv", "en")


def words(language: str) -> dict[str, str]:
    """All sentences in one language; KeyError-free because every entry has three."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 2
    return {identifier: texts[column] for identifier, texts in WORDS.items()}
