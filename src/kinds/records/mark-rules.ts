import type { MarkReason } from './mark-reasons.ts'

/** One kind of forbidden passage. */
export interface MarkRule {
  readonly reason: MarkReason
  /** Global; no unbounded repetition, so that matching a text takes time linear in its length. A test checks it. */
  readonly pattern: RegExp
  readonly source: string
}

const press = 'list of what no part of a record may contain, press on the 2018 guide (2018-03-13)'
const names = 'ban on the names of universities, institutions and businesses, prompts of open-source record writers'
const style = 'style of records: sentences without a subject'

const universities =
  '서울|연세|고려|성균관|한양|서강|중앙|경희|한국외|외|서울시립|이화여|숙명여|성신여|덕성여|동덕여|서울여|건국|동국|홍익|국민|숭실|세종|광운|' +
  '명지|상명|단국|가천|인하|아주|가톨릭|한국항공|서울과기|서울과학기술|부산|경북|전남|전북|충남|충북|강원|제주|경상국립|부경|영남|조선|' +
  '서울교|경인교|부산교|대구교|공주교|춘천교|청주교|광주교|전주교|진주교|한국교원|한국체|한국예술종합|경찰|포항공|하버드|스탠퍼드|스탠포드|예일|' +
  '프린스턴|컬럼비아|옥스퍼드|케임브리지|도쿄|와세다|베이징|칭화'

const relatives =
  '(?<![가-힣])(?:친|외)?(?:아버지|어머니|아버님|어머님|아빠|엄마|부친|모친|부모|부모님|조부모|할아버지|할머니|삼촌|숙부|이모|고모|친척)'

const occupations =
  '의사|한의사|치과의사|약사|간호사|교수|교사|교장|교감|변호사|판사|검사|공무원|경찰관?|소방관|군인|기자|회계사|건축가|연구원|엔지니어|사업가|' +
  '사장|대표|임원|회사원|농부|어부|목사|요리사|운전기사|자영업자?'

/**
 * The patterns of forbidden passages, one row each. Rows with the same reason cover different ways to say it.
 *
 * Known words that only resemble a match are excluded: 앨빈 토플러 is not TOEFL, 유학 사상 is Confucianism,
 * 세종대왕 is no university, 카카오 열매 a fruit, 모평균 a term of statistics, 의사소통 no physician.
 */
export const markRules: readonly MarkRule[] = [
  {
    reason: 'language-test',
    pattern:
      /(?<![A-Za-z])(?:TOEIC|TOEFL|TEPS|IELTS|JLPT|JPT|HSK|OPIc|TOPIK|TOSEL|DELF|DALF|TestDaF|SJPT|G-?TELP)(?![A-Za-z])/gi,
    source: press,
  },
  {
    reason: 'language-test',
    pattern:
      /토익|(?<![가-힣])(?:모의 ?)?토플(?!러|렉)|(?<!스)텝스|(?<![가-힣])(?:오픽|토셀|토픽(?= ?[1-6]급))|아이엘츠|지텔프|한자 ?능력 ?검정|한국어 ?능력 ?시험|공인 ?(?:어학|외국어|영어) ?(?:시험|성적|점수)/g,
    source: press,
  },
  {
    reason: 'external-award',
    pattern:
      /(?:교외|학교 밖|외부 ?기관|외부) ?(?:경시 ?대회|경연 ?대회|대회|공모전|수상|상장|표창|상(?=[을이과도에,. ]|$))/g,
    source: press,
  },
  {
    reason: 'external-award',
    pattern:
      /(?<![가-힣])(?:전국|국제|아시아|세계|도내|시내|시도|시·도|시 ?교육청|도 ?교육청|교육청|교육지원청)(?:(?!교내|학급|학교|학년|수업)[가-힣A-Za-z0-9· ]){0,12}(?:대회|올림피아드|공모전|경연|체전)/g,
    source: press,
  },
  {
    reason: 'external-award',
    pattern:
      /(?<!교내 ?(?:[가-힣]{1,6} ?)?)(?<!(?:학교|학급|학년) ?(?:[가-힣]{1,6} ?)?)(?:올림피아드|공모전|경시 ?대회)/g,
    source: press,
  },
  {
    reason: 'external-award',
    pattern:
      /(?:대통령|국무총리|장관|교육감|교육장|도지사|시장|군수|구청장|국회의원|총장|이사장|협회장) ?(?:표창장?|상장|상(?=[을이과도에으,. ]|$))/g,
    source: press,
  },
  {
    reason: 'mock-exam',
    pattern:
      /(?:수능 ?)?모의 ?고사|수능 ?모의(?: ?평가)?|모의 ?수능|모의 ?평가(?!단|사|위)|(?:전국 ?연합 ?)?학력 ?평가|(?<![가-힣])(?:모평|학평)(?:(?![가-힣])|(?=(?:에|에서|의|을|은|이|보다|대비)(?![가-힣])))/g,
    source: press,
  },
  {
    reason: 'thesis',
    pattern: /소 ?논문|(?:학위|학술|졸업|연구) ?논문|(?<!의)논문(?!서)|학술지|학회지/g,
    source: press,
  },
  {
    reason: 'publication',
    pattern:
      /(?:출판|출간)(?:을|를)? ?(?:함|하였|했|하여|해(?=[ ,.])|하고|하며|하기|하게)|등단(?:함|하|했)|(?:자신|본인|스스로|자기)의? ?저서|(?:자비|독립|전자) ?출판(?!사|업)/g,
    source: press,
  },
  {
    reason: 'patent',
    pattern: /특허(?:권|청)?|실용 ?신안|(?:상표|디자인) ?(?:등록|출원)|지식 ?재산권 ?(?:등록|출원|취득)/g,
    source: press,
  },
  {
    reason: 'overseas',
    pattern:
      /(?:해외|국외|국제) ?(?:자원 ?)?봉사|(?:해외|국외|어학) ?연수|(?:해외|국외) ?(?:어학 ?)?(?:캠프|인턴)|교환 ?학생/g,
    source: press,
  },
  {
    reason: 'overseas',
    pattern:
      /(?:해외|국외|조기|단기|미국|영국|캐나다|호주|중국|일본|독일|프랑스|필리핀|뉴질랜드|싱가포르) ?유학(?! ?(?:자|사|경|이념|전통|철학|의|과|파|적|생))|(?<![가-힣])유학(?: ?(?:생활|경험|시절|준비)|을? ?(?:떠나|떠난|떠났|다녀|마치고|마친)|을 ?(?:간|갔|가서|가기|준비|희망|꿈꾸|결심))/g,
    source: press,
  },
  {
    reason: 'parents',
    pattern: new RegExp(
      `${relatives}님?(?:의|께서)? ?(?:직업|직장|직책|회사|사업|사업체|병원|가게|재산|재력|경제력|사회적 ?지위)`,
      'g',
    ),
    source: press,
  },
  {
    reason: 'parents',
    pattern: new RegExp(
      `${relatives}님?(?:이|가|께서|께서는|은|는|도) ?[^.,\\n]{0,12}?(?:${occupations})(?:로|이시|이신|이고|이며|이어|이라|이다|인(?![가-힣])|임|셨|신(?![가-힣]))`,
      'g',
    ),
    source: press,
  },
  {
    reason: 'parents',
    pattern: new RegExp(
      `${relatives}님?(?:이|가|께서|께서는|은|는|도|의) ?[^.,\\n]{0,12}?(?:운영|경영|근무|재직|종사)(?:하시|하신|하셨|하는|하고 계|하며| ?중|함)`,
      'g',
    ),
    source: press,
  },
  {
    reason: 'parents',
    pattern: new RegExp(
      `(?:${occupations})(?:인|이신|로 ?(?:일하|근무하)(?:는|시는)) ?(?:아버지|어머니|부모|할아버지|할머니|삼촌|이모|고모)`,
      'g',
    ),
    source: press,
  },
  {
    reason: 'university',
    pattern:
      /(?<![가-힣])(?!(?:전문|국립|공립|사립|지방|지역|일반|종합|명문|교육|여자|해외|외국|국내|우리|사이버|산업|기술|거점국립|년제)대학교)[가-힣]{2,12}대학교/g,
    source: names,
  },
  {
    reason: 'university',
    pattern: new RegExp(
      `(?<![가-힣])(?:국립)?(?:${universities})대(?:학교?|병원)?(?![가-힣])|(?<![가-힣])(?:${universities})대(?:학교?)?(?=에[ 서]|의 |를 |와 |는 |가 |도 |출신|입학|입시|진학|견학|탐방|학생|교수)`,
      'g',
    ),
    source: names,
  },
  {
    reason: 'university',
    pattern:
      /(?<![A-Za-z])(?:KAIST|POSTECH|UNIST|GIST|DGIST|KENTECH|MIT)(?![A-Za-z])|카이스트|포스텍|유니스트|디지스트|하버드|스탠[퍼포]드|옥스[퍼포]드|케임브리지|(?:육군|해군|공군)사관학교/g,
    source: names,
  },
  {
    reason: 'institution',
    pattern:
      /(?<![가-힣])(?:(?:한국|국립|시립|도립|국가)[가-힣]{0,12}|대한[가-힣]{1,12})(?:연구원|연구소|과학관|박물관|미술관|도서관|협회|재단|학회|진흥원|교육원|개발원|공단|공사|은행|복지관|병원|관측소|천문대|생태원|자원관)/g,
    source: names,
  },
  {
    reason: 'institution',
    pattern:
      /유니세프|유네스코|굿네이버스|월드비전|세이브더칠드런|대한적십자사|적십자사|국경없는의사회|초록우산|그린피스|(?<![A-Za-z])(?:KIST|ETRI|NASA|UNICEF|UNESCO|YMCA|YWCA|EBS|KBS|MBC|SBS|JTBC)(?![A-Za-z])/g,
    source: names,
  },
  {
    reason: 'company-or-brand',
    pattern:
      /주식회사|㈜|\(주\)|(?<![가-힣])삼성(?:전자|물산|생명|바이오로직스|그룹)?(?!동|혈|각)|현대(?:자동차|차|중공업|건설|모비스|제철)|기아(?:자동차|차)|(?<![A-Za-z])(?:LG|SK|KT|CJ|GS)(?![A-Za-z])(?:전자|화학|하이닉스|텔레콤|이노베이션|디스플레이|에너지솔루션)?|포스코|(?<![가-힣])롯데|한화(?:그룹|솔루션|생명|시스템|에어로스페이스)/g,
    source: names,
  },
  {
    reason: 'company-or-brand',
    pattern:
      /네이버|카카오(?:톡|뱅크|페이|맵)|(?<![가-힣])카카오(?! ?(?:열매|나무|농|콩|빈|닙스|버터|매스|함량|재배|생산|가루|파우더|원두|씨))|쿠팡|배달의 ?민족|당근마켓|토스뱅크|(?<![가-힣])넥슨|넷마블|엔씨소프트|구글|유튜브|(?<![가-힣])애플(?!민트|파이|망고|수박|힙)|페이스북|인스타그램|트위터|틱톡|넷플릭스|마이크로소프트|엔비디아|오픈 ?AI|챗 ?(?:GPT|지피티)|스페이스 ?(?:X|엑스)/gi,
    source: names,
  },
  {
    reason: 'company-or-brand',
    pattern:
      /(?<![A-Za-z])(?:Google|YouTube|Apple|Microsoft|OpenAI|ChatGPT|GPT-?[0-9]|Facebook|Instagram|Netflix|Samsung|Naver|Kakao|Zoom|Canva|Padlet|Kahoot|Notion|IBM|AWS)(?![A-Za-z])/g,
    source: names,
  },
  {
    reason: 'company-or-brand',
    pattern:
      /스타벅스|맥도날드|버거킹|롯데리아|코카콜라|펩시|나이키|아디다스|다이소|이케아|홈플러스|이마트|올리브영|(?<![가-힣])레고|포스트잇|파워포인트|(?<![가-힣])엑셀(?!러|런)|패들렛|미리캔버스|(?<![가-힣])캔바|카훗|한글과컴퓨터|화이자|모더나|테슬라(?= ?(?:사(?![가-힣]{2})|전기차|자동차|주식))/g,
    source: names,
  },
  {
    reason: 'student-name-subject',
    pattern:
      /(?<![가-힣])(?<!(?:다른|모든|많은|여러|어떤|각|한|두|몇몇|대부분의) )(?:(?:위|본|이|해당|동) )?학생은(?![가-힣])/g,
    source: style,
  },
  {
    reason: 'student-name-subject',
    pattern: /(?<![가-힣])[가-힣]?[○◯〇]{1,3}(?: ?학생)?(?:은|는|이는|이가|이|가)(?![가-힣])/g,
    source: style,
  },
]
