"""A document of another laboratory."""

import pytest

GAUGE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- A pressure gauge, as another laboratory might certify it. -->
<d:digitalCalibrationCertificate xmlns:d="https://ptb.de/dcc" xmlns:s="https://ptb.de/si" schemaVersion="3.3.0">
 <d:administrativeData>
  <d:dccSoftware><d:software><d:name><d:content>Maker of certificates</d:content></d:name>
   <d:release>v2.0</d:release></d:software></d:dccSoftware>
  <d:coreData>
   <d:countryCodeISO3166_1>CH</d:countryCodeISO3166_1>
   <d:usedLangCodeISO639_1>fr</d:usedLangCodeISO639_1>
   <d:usedLangCodeISO639_1>en</d:usedLangCodeISO639_1>
   <d:mandatoryLangCodeISO639_1>fr</d:mandatoryLangCodeISO639_1>
   <d:uniqueIdentifier>P-77</d:uniqueIdentifier>
   <d:beginPerformanceDate>2024-03-04</d:beginPerformanceDate>
   <d:endPerformanceDate>2024-03-05</d:endPerformanceDate>
   <d:performanceLocation>customer</d:performanceLocation>
  </d:coreData>
  <d:items>
   <d:item>
    <d:name><d:content lang="fr">Manom&#232;tre</d:content><d:content lang="en">Pressure gauge</d:content></d:name>
    <d:identifications>
     <d:identification><d:issuer>manufacturer</d:issuer><d:value>M 5</d:value></d:identification>
     <d:identification><d:issuer>owner</d:issuer><d:value>G-1</d:value></d:identification>
    </d:identifications>
   </d:item>
  </d:items>
  <d:calibrationLaboratory>
   <d:contact><d:name><d:content>Labo</d:content></d:name>
    <d:location><d:street>Rue</d:street><d:streetNo>3</d:streetNo><d:city>Berne</d:city></d:location></d:contact>
  </d:calibrationLaboratory>
  <d:respPersons>
   <d:respPerson><d:person><d:name><d:content>A. Un</d:content></d:name></d:person></d:respPerson>
   <d:respPerson><d:person><d:name><d:content>B. Deux</d:content></d:name></d:person>
    <d:mainSigner>1</d:mainSigner></d:respPerson>
  </d:respPersons>
  <d:customer><d:name><d:content>Client</d:content></d:name>
   <d:location><d:countryCode>CH</d:countryCode></d:location></d:customer>
  <!--statements-->
 </d:administrativeData>
 <d:measurementResults>
  <d:measurementResult>
   <d:name><d:content lang="fr">R&#233;sultats</d:content><d:content lang="en">Results</d:content></d:name>
   <d:usedMethods><d:usedMethod><d:name><d:content>Comparison</d:content></d:name>
    <d:norm>DKD-R 6-1</d:norm></d:usedMethod></d:usedMethods>
   <d:influenceConditions><d:influenceCondition>
    <d:name><d:content>Ambient temperature</d:content></d:name>
    <d:data><d:quantity><s:real><s:value>293.15</s:value><s:unit>\\kelvin</s:unit>
     <s:expandedUnc><s:uncertainty>1.0</s:uncertainty><s:coverageFactor>2</s:coverageFactor>
      <s:coverageProbability>0.95</s:coverageProbability></s:expandedUnc></s:real></d:quantity></d:data>
   </d:influenceCondition></d:influenceConditions>
   <d:results>
    <d:result>
     <d:name><d:content lang="fr">Pression</d:content><d:content lang="en">Pressure</d:content></d:name>
     <d:data>
      <d:list>
       <d:quantity refType="basic_referenceValue">
        <s:realListXMLList><s:valueXMLList>1.00 2.00 3.00</s:valueXMLList><s:unitXMLList>\\bar</s:unitXMLList>
        </s:realListXMLList>
       </d:quantity>
       <d:quantity refType="basic_measuredValue">
        <s:realListXMLList><s:valueXMLList>1.01 2.01 2.98</s:valueXMLList><s:unitXMLList>\\bar</s:unitXMLList>
        </s:realListXMLList>
       </d:quantity>
       <!--error-->
       <d:quantity refType="basic_measurementError">
        <s:realListXMLList><s:valueXMLList>0.01 0.01 -0.02</s:valueXMLList><s:unitXMLList>\\bar</s:unitXMLList>
         <s:expandedUncXMLList><s:uncertaintyXMLList>0.004</s:uncertaintyXMLList>
          <s:coverageFactorXMLList>2</s:coverageFactorXMLList>
          <s:coverageProbabilityXMLList>0.95</s:coverageProbabilityXMLList></s:expandedUncXMLList>
        </s:realListXMLList>
       </d:quantity>
       <!--end of error-->
      </d:list>
     </d:data>
    </d:result>
   </d:results>
  </d:measurementResult>
 </d:measurementResults>
</d:digitalCalibrationCertificate>
"""


@pytest.fixture
def gauge() -> str:
    return GAUGE
