export const ko = {
  'reviews.duty':
    'AI가 쓴 글은 전문가의 도움을 대신하지 않습니다. 혼자 견디기 힘들 때는 자살예방 상담전화 109가 언제나 듣습니다.',

  'reviews.form.title': '오늘은 어땠나요?',
  'reviews.form.lead': '일기를 적고 듣고 싶은 말을 고르면, 답글을 써 드립니다.',
  'reviews.form.body': '일기',
  'reviews.form.body.hint': '일기와 답글은 암호화해 보관하고, 언제든 지울 수 있습니다.',
  'reviews.form.body.placeholder': '오늘 있었던 일, 들었던 생각을 편하게 적어 보세요.',
  'reviews.form.type': '어떤 말이 듣고 싶으세요?',
  'reviews.form.submit': '답글 받기',
  'reviews.form.invalid.empty': '일기를 적어 주세요.',
  'reviews.form.invalid.long': '너무 깁니다. {max}자까지 적을 수 있습니다.',

  'reviews.type.THINKING': '현실적 조언',
  'reviews.type.THINKING.mark': 'T',
  'reviews.type.THINKING.text': '무엇이 문제인지 짚고, 해 볼 수 있는 일을 함께 찾습니다.',
  'reviews.type.FEELING': '공감',
  'reviews.type.FEELING.mark': 'F',
  'reviews.type.FEELING.text': '판단하지 않고, 오늘의 마음을 먼저 알아줍니다.',

  'reviews.of': '{day}의 일기',
  'reviews.diary': '쓴 일기',
  'reviews.reply': '답글',
  'reviews.gone': '이 일기를 찾을 수 없습니다.',
  'reviews.toAll': '일기 목록',
  'reviews.rewrite': '일기 고쳐 새로 쓰기',
  'reviews.rewrite.sure': '쓰다 만 다른 일기가 있습니다. 이 일기로 바꿀까요?',
  'reviews.rewrite.yes': '바꾸기',
  'reviews.rewrite.no': '그대로 두기',
  'reviews.remove': '지우기',
  'reviews.remove.sure': '일기와 답글을 지울까요? 되돌릴 수 없습니다.',
  'reviews.remove.no': '그대로 두기',

  'reviews.history.title': '지난 일기',
  'reviews.history.empty': '아직 쓴 일기가 없습니다. 오늘을 적어 보세요.',
  'reviews.history.failed': '지난 일기를 불러오지 못했습니다.',

  'reviews.say.created': '답글을 쓰기 시작했습니다.',
  'reviews.say.resumed': '쓰고 있던 답글을 이어서 받습니다.',
  'reviews.say.completed': '답글을 다 썼습니다.',
  'reviews.say.incomplete': '답글을 쓰다 끊겼습니다.',
  'reviews.say.failed': '답글을 쓰지 못했습니다.',
  'reviews.say.cancelled': '답글을 멈췄습니다.',
  'reviews.say.removed': '일기와 답글을 지웠습니다.',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'reviews.duty':
    'What the AI writes does not replace professional help. When things get too heavy: in Korea, 109 listens at any hour.',

  'reviews.form.title': 'How was your day?',
  'reviews.form.lead': 'Write your diary, choose what you would like to hear, and get a reply in Korean.',
  'reviews.form.body': 'Diary',
  'reviews.form.body.hint': 'Diary and reply are stored encrypted, and you can delete them at any time.',
  'reviews.form.body.placeholder': 'What happened, and what went through your mind.',
  'reviews.form.type': 'What would you like to hear?',
  'reviews.form.submit': 'Get a reply',
  'reviews.form.invalid.empty': 'Please write something first.',
  'reviews.form.invalid.long': 'Too long: up to {max} characters.',

  'reviews.type.THINKING': 'Realistic advice',
  'reviews.type.THINKING.mark': 'T',
  'reviews.type.THINKING.text': 'Names what is the matter and looks for what you could do.',
  'reviews.type.FEELING': 'Empathy',
  'reviews.type.FEELING.mark': 'F',
  'reviews.type.FEELING.text': 'Does not judge, and stays with how you feel first.',

  'reviews.of': 'Diary · {day}',
  'reviews.diary': 'What you wrote',
  'reviews.reply': 'Reply',
  'reviews.gone': 'This diary cannot be found.',
  'reviews.toAll': 'All diaries',
  'reviews.rewrite': 'Change the diary and send it anew',
  'reviews.rewrite.sure': 'There is another diary you have not sent yet. Replace it with this one?',
  'reviews.rewrite.yes': 'Replace it',
  'reviews.rewrite.no': 'Keep it',
  'reviews.remove': 'Delete',
  'reviews.remove.sure': 'Delete the diary and its reply? This cannot be undone.',
  'reviews.remove.no': 'Keep them',

  'reviews.history.title': 'Past diaries',
  'reviews.history.empty': 'No diary yet. Start with today.',
  'reviews.history.failed': 'Your past diaries could not be loaded.',

  'reviews.say.created': 'A reply is being written.',
  'reviews.say.resumed': 'Continuing with the reply being written.',
  'reviews.say.completed': 'The reply is done.',
  'reviews.say.incomplete': 'The reply broke off.',
  'reviews.say.failed': 'The reply could not be written.',
  'reviews.say.cancelled': 'The reply was stopped.',
  'reviews.say.removed': 'The diary and its reply were deleted.',
}
