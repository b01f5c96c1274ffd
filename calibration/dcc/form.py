"""The form of DCC 3.3.0 and D-SI 2.2: content of each type of element, in the notation of ``grammar``.

Source: Digital Calibration Certificate, version 3.3.0, and Digital System of Units, version 2.2.
"""

from __future__ import annotations

# A quantity, as it stands in several places; "any" is not looked into.
_NUMBERS = "noQuantity=rich | charsXMLList=strings | si:real"
_OTHERS = "si:hybrid | si:complex | si:constant | si:realListXMLList | si:complexListXMLList"
_CONTACT = "name=text, eMail=token?, phone=token?, fax=token?, link=uri?"
_SIGNED = "cryptElectronicSeal=boolean?, cryptElectronicSignature=boolean?, cryptElectronicTimeStamp=boolean?"
_HOW = (
    "usedMethods?, usedSoftware=softwareList?, measuringEquipments?, influenceConditions?"  # of a result or a quantity
)
_CLASSIFIED = "name=text, equipmentClass*, description=rich?"

DCC_FORM = {
    "digitalCalibrationCertificate": "administrativeData, measurementResults, comment=any?, document=bytes?, "
    "ds:Signature=any*",
    "administrativeData": "& dccSoftware=softwareList, refTypeDefinitions?, coreData, items, calibrationLaboratory, "
    "respPersons, customer=contact, statements?",
    "softwareList": "software+",
    "software": "name=text, release=token, type=softwareKind?, description=rich?",
    "refTypeDefinitions": "refTypeDefinition+",
    "refTypeDefinition": "name=text, description=rich?, namespace=token, link=uri, release=token?, value=token?, "
    "procedure=token?",
    "coreData": "countryCodeISO3166_1=country, usedLangCodeISO639_1=language+, mandatoryLangCodeISO639_1=language+, "
    "uniqueIdentifier=token, identifications?, receiptDate=date?, beginPerformanceDate=date, endPerformanceDate=date, "
    "performanceLocation=place, issueDate=date?, reportAmendedSubstituted?, previousReport=hash?",
    "reportAmendedSubstituted": "typeOfChange=change, replacedUniqueIdentifier=token",
    "equipmentClass": "reference=token, classID=token, link=uri?",
    "items": "name=text?, equipmentClass*, description=rich?, owner=contact?, manufacturer=maker?, identifications?, "
    "item+",
    "item": f"{_CLASSIFIED}, owner=contact?, installedSoftwares=softwareList?, manufacturer=maker?, model=token?, "
    "identifications, itemQuantities?, subItems=items?",
    "itemQuantities": "itemQuantity=primitive+",
    "primitive": f"name=text?, description=rich?, ({_NUMBERS} | {_OTHERS})",
    "identifications": "identification+",
    "identification": "issuer, value=token, name=text?",
    "calibrationLaboratory": f"calibrationLaboratoryCode=token?, contact, {_SIGNED}",
    "respPersons": "respPerson+",
    "respPerson": f"person=maker, description=rich?, role=token?, mainSigner=boolean?, {_SIGNED}",
    "statements": "statement+",
    "statement": "name=text?, description=rich?, countryCodeISO3166_1=country*, convention=token?, traceable=boolean?, "
    "norm=token*, reference=token*, link=uri*, declaration=rich?, (valid=boolean | validXMLList=booleans)?, date?, "
    "period=duration?, respAuthority=contact?, (conformity=verdict | conformityXMLList=verdicts)?, data?, "
    "nonSIDefinition=token?, nonSIUnit=token?, location?",
    "measurementResults": f"{_HOW}, measurementMetaData?, measurementResult+",
    "measurementResult": f"name=text, description=rich?, {_HOW}, results, measurementMetaData?",
    "usedMethods": "usedMethod+",
    "usedMethod": "name=text, description=rich?, norm=token*, reference=token*, link=uri*, usedMethodQuantities?",
    "usedMethodQuantities": "usedMethodQuantity=primitive+",
    "measuringEquipments": "name=text?, equipmentClass*, description=rich?, owner=contact?, identifications?, "
    "measuringEquipment+",
    "measuringEquipment": f"{_CLASSIFIED}, certificate=hash?, manufacturer=maker?, model=token?, identifications?, "
    "measuringEquipmentQuantities?, installedSoftware=softwareList?",
    "measuringEquipmentQuantities": "measuringEquipmentQuantity=primitive+",
    "influenceConditions": "influenceCondition+",
    "influenceCondition": "name=text, description=rich?, status?, certificate=hash?, data",
    "results": "result+",
    "result": "name=text, description=rich?, data",
    "data": "(text=rich | formula | byteData=bytes | xml=any | quantity | list)+",
    "quantity": f"name=text?, description=rich?, ({_NUMBERS} | si:list | {_OTHERS}), relativeUncertainty?, {_HOW}, "
    "measurementMetaData?",
    "relativeUncertainty": "relativeUncertaintyXmlList=si:realListXMLList | relativeUncertaintySingle=si:real",
    "list": f"name=text?, description=rich?, (dateTime | dateTimeXMLList=dateTimes)?, (list | quantity)+, {_HOW}, "
    "measurementMetaData?",
    "measurementMetaData": "metaData=statement+",
    "location": "(city=token | countryCode=country | postCode=token | postOfficeBox=token | state=token | street=token "
    "| streetNo=token | further=rich | positionCoordinates)+",
    "positionCoordinates": "positionCoordinateSystem=token, reference=token?, declaration=rich?, "
    "positionCoordinate1=si:real, positionCoordinate2=si:real, positionCoordinate3=si:real?, link=uri?",
    "contact": f"{_CONTACT}, location, descriptionData=bytes?",
    "maker": f"{_CONTACT}, location?, descriptionData=bytes?",
    "hash": "referral=text, referralID=token, procedure=token, value=token, description=rich?, "
    "inValidityRange=boolean?, traceable=boolean?, linkedReport=hash?",
    "text": "content=string+",
    "rich": "name=text?, (content=string | file=bytes | formula)*",
    "bytes": "name=text?, description=rich?, fileName=token, mimeType=token, dataBase64=base64",
    "formula": "latex=string | mathml=any",
}

_SINGLE = "distribution=string?"
_LISTED = "distributionXMLList=strings?"
_REGION = "coverageFactor=si:k, coverageProbability=si:probability, distribution=string?"
_REGIONS = "coverageFactorXMLList=si:ks, coverageProbabilityXMLList=si:probabilities, distributionXMLList=strings?"
_CARTESIAN = "valueReal=si:decimal, valueImag=si:decimal"
_POLAR = "valueMagnitude=si:decimal, valuePhase=si:decimal"
_BIVARIATE = "(ellipsoidalRegion=si:region | rectangularRegion=si:region)?"
_EXPANDED_OR_INTERVAL = "expandedUnc=si:expandedUnc | coverageInterval=si:coverageInterval"

# Written without the prefix of elements; ``with_prefix`` puts it on.
_SI_FORM = {
    "real": "label=string?, quantityTypeQUDT=string?, value=si:decimal, unit=string, significantDigit=integer?, "
    f"dateTime?, (measurementUncertaintyUnivariate=si:univariate | {_EXPANDED_OR_INTERVAL})?",
    "univariate": "standardMU=si:standardMU | expandedMU=si:expandedMU | coverageIntervalMU=si:coverageIntervalMU",
    "standardMU": f"valueStandardMU=si:positive, {_SINGLE}",
    "expandedMU": f"valueExpandedMU=si:positive, {_REGION}",
    "coverageIntervalMU": "valueStandardMU=si:positive, intervalMin=si:decimal, intervalMax=si:decimal, "
    f"coverageProbability=si:probability, {_SINGLE}",
    "expandedUnc": f"uncertainty=si:positive, {_REGION}",
    "coverageInterval": "standardUnc=si:positive, intervalMin=si:decimal, intervalMax=si:decimal, "
    f"coverageProbability=si:probability, {_SINGLE}",
    "constant": "label=string?, quantityTypeQUDT=string?, value=si:decimal, unit=string, significantDigit=integer?, "
    f"dateTime?, valueStandardMU=si:positive?, uncertainty=si:positive?, {_SINGLE}",
    "complex": f"label=string?, quantityTypeQUDT=string?, ({_CARTESIAN}, unit=string | {_POLAR}, unit=string, "
    f"unitPhase=string), dateTime?, {_BIVARIATE}",
    "region": f"covarianceMatrix=si:covarianceMatrix, {_REGION}",
    "covarianceMatrix": "column=si:column+",
    "column": "covariance=si:covariance+",
    "covariance": "value=si:decimal, unit=string",
    "realList": "label=string?, dateTime?, listQuantityTypeQUDT=string?, listUnit=string?, "
    "listsignificantDigit=integer?, listMeasurementUncertaintyUnivariate=any?, listUnivariateUnc=any?, "
    f"real=si:realInList+, {_BIVARIATE}",
    "realInList": "label=string?, quantityTypeQUDT=string?, value=si:decimal, unit=string?, significantDigit=integer?, "
    "dateTime?, (measurementUncertaintyUnivariate=si:univariate | measurementUncertaintyUnivaraite=si:univariate | "
    f"{_EXPANDED_OR_INTERVAL})?",
    "realListXMLList": "labelXMLList=strings?, quantityTypeQUDTXMLList=strings?, valueXMLList=si:decimals, "
    "unitXMLList=strings, significantDigitXMLList=integers?, dateTimeXMLList=dateTimes?, "
    "(measurementUncertaintyUnivariateXMLList=si:univariates | expandedUncXMLList=si:expandedUncs | "
    "coverageIntervalXMLList=si:coverageIntervals)?, (measurementUncertaintyMultivariateXMLList=any | "
    "ellipsoidalRegionXMLList=any | rectangularRegionXMLList=any)?",
    "univariates": "standardMUXMLList=si:standardMUs | expandedMUXMLList=si:expandedMUs | "
    "coverageIntervalMUXMLList=si:coverageIntervalMUs",
    "standardMUs": f"valueStandardMUXMLList=si:positives, {_LISTED}",
    "expandedMUs": f"valueExpandedMUXMLList=si:positives, {_REGIONS}",
    "coverageIntervalMUs": "valueStandardMUXMLList=si:positives, intervalMinXMLList=si:decimals, "
    f"intervalMaxXMLList=si:decimals, coverageProbabilityXMLList=si:probabilities, {_LISTED}",
    "expandedUncs": f"uncertaintyXMLList=si:positives, {_REGIONS}",
    "coverageIntervals": "standardUncXMLList=si:positives, intervalMinXMLList=si:decimals, "
    f"intervalMaxXMLList=si:decimals, coverageProbabilityXMLList=si:probabilities, {_LISTED}",
    "complexList": "label=string?, dateTime?, listQuantityTypeQUDT=string?, listUnit=string?, listUnitPhase=string?, "
    f"listBivariateUnc=any?, complex=si:complexInList+, {_BIVARIATE}",
    "complexInList": f"label=string?, quantityTypeQUDT=string?, ({_CARTESIAN}, unit=string? | {_POLAR}, unit=string?, "
    f"unitPhase=string?), dateTime?, {_BIVARIATE}",
    "complexListXMLList": "labelXMLList=strings?, quantityTypeQUDTXMLList=strings?, (valueRealXMLList=si:decimals, "
    "valueImagXMLList=si:decimals, unitXMLList=strings | valueMagnitudeXMLList=si:decimals, "
    "valuePhaseXMLList=si:decimals, unitXMLList=strings, unitPhaseXMLList=strings), dateTimeXMLList=dateTimes?, "
    "measurementUncertaintyBivariateXMLList=any?, measurementUncertaintyMultivariateXMLList=any?",
    "list": "label=string?, dateTime?, (realList=si:realList | realListXMLList=si:realListXMLList | "
    "complexList=si:complexList | complexListXMLList=si:complexListXMLList | list=si:list)+",
    "hybrid": "real=si:real+ | complex=si:complex+ | list=si:list+ | realList=si:realList+ | "
    "realListXMLList=si:realListXMLList+ | complexList=si:complexList+ | complexListXMLList=si:complexListXMLList+ | "
    "constant=si:constant+",
}


def with_prefix(form: str) -> str:
    """The same model with every element in the namespace of D-SI.

    >>> with_prefix("label=string?, dateTime?, (real=si:real | list=si:list)+")
    'si:label=string?, si:dateTime=dateTime?, (si:real=si:real | si:list=si:list)+'
    """
    words = []
    for word in form.split(" "):
        name = word.lstrip("(").rstrip(",?*+)")
        if name in {"", "|"}:
            words.append(word)
        else:
            words.append(word.replace(name, f"si:{name}" if "=" in name else f"si:{name}={name}"))
    return " ".join(words)


FORM = DCC_FORM | {f"si:{kind}": with_prefix(text) for kind, text in _SI_FORM.items()}
