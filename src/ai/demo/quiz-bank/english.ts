import { type BankQuestion, line } from './question.ts'

export const english: readonly BankQuestion[] = [
  line(
    'easy',
    '‘도서관’을 뜻하는 영어 낱말은 무엇인가요?',
    ['library', 'museum', 'hospital', 'station', 'laundry', 'bakery'],
    'library는 도서관을 뜻합니다.',
  ),
  line(
    'easy',
    '동사 go의 과거형은 무엇인가요?',
    ['went', 'goed', 'gone', 'going', 'goes', 'wented'],
    'go는 불규칙 동사로 과거형은 went, 과거분사는 gone입니다.',
  ),
  line(
    'easy',
    '‘수요일’을 뜻하는 영어 낱말은 무엇인가요?',
    ['Wednesday', 'Monday', 'Tuesday', 'Thursday', 'Saturday', 'Sunday'],
    'Wednesday는 수요일을 뜻합니다.',
  ),
  line(
    'easy',
    '‘12월’을 뜻하는 영어 낱말은 무엇인가요?',
    ['December', 'October', 'November', 'September', 'August', 'February'],
    'December는 12월을 뜻합니다.',
  ),
  line(
    'medium',
    '명사 child의 복수형은 무엇인가요?',
    ['children', 'childs', 'childes', 'childrens', 'childies', 'childen'],
    'child의 복수형은 children입니다.',
  ),
  line(
    'medium',
    '‘환경’을 뜻하는 영어 낱말은 무엇인가요?',
    ['environment', 'government', 'experience', 'experiment', 'equipment', 'education'],
    'environment는 환경을 뜻합니다.',
  ),
  line(
    'medium',
    'necessary의 뜻으로 알맞은 것은 무엇인가요?',
    ['필요한', '불가능한', '위험한', '친절한', '조용한', '오래된'],
    'necessary는 ‘필요한’이라는 뜻입니다.',
  ),
  line(
    'medium',
    'expensive와 뜻이 반대인 낱말은 무엇인가요?',
    ['cheap', 'rich', 'heavy', 'quick', 'famous', 'polite'],
    'expensive는 ‘비싼’, cheap은 ‘싼’이라는 뜻입니다.',
  ),
  line(
    'medium',
    '‘비록 ~이지만’을 뜻하는 접속사는 무엇인가요?',
    ['although', 'because', 'if', 'until', 'unless', 'since'],
    'although는 ‘비록 ~이지만’이라는 뜻입니다.',
  ),
  line(
    'hard',
    'reluctant의 뜻으로 알맞은 것은 무엇인가요?',
    ['꺼리는', '열렬한', '정확한', '풍부한', '유명한', '똑같은'],
    'reluctant는 ‘마음이 내키지 않는, 꺼리는’이라는 뜻입니다.',
  ),
  line(
    'hard',
    'postpone의 뜻으로 알맞은 것은 무엇인가요?',
    ['미루다', '앞당기다', '준비하다', '칭찬하다', '발표하다', '허락하다'],
    'postpone은 ‘뒤로 미루다’라는 뜻입니다.',
  ),
  line(
    'hard',
    'abundant의 뜻으로 알맞은 것은 무엇인가요?',
    ['풍부한', '부족한', '어색한', '게으른', '날카로운', '비어 있는'],
    'abundant는 ‘풍부한’이라는 뜻입니다.',
  ),
]
