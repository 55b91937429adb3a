export const ko = {
  'notifications.duty':
    '브라우저, 문자, 웹훅으로 보내는 알림에는 적으신 내용이 들어가지 않습니다. 제목은 이 페이지에만 보입니다.',

  'notifications.bell': '알림',
  'notifications.bell.unread': '알림, 읽지 않은 알림 {unread}개',
  'notifications.title': '알림',
  'notifications.empty': '아직 알림이 없습니다.',
  'notifications.failed': '알림을 불러오지 못했습니다.',
  'notifications.unread': '읽지 않음',
  'notifications.readAll': '모두 읽음으로',
  'notifications.more': '더 보기',
  'notifications.settings': '알림 설정',

  'notifications.settings.lead':
    '무엇을 어디로 알릴지 고를 수 있습니다. 글이든 퀴즈든, 실패한 것까지도 끝날 때까지 보고 있었다면 알리지 않습니다.',
  'notifications.settings.failed': '알림 설정을 불러오지 못했습니다.',
  'notifications.settings.kind': '알릴 일',
  'notifications.settings.save': '저장하기',
  'notifications.settings.saved': '알림 설정을 저장했습니다.',
  'notifications.settings.notSaved': '알림 설정을 저장하지 못했습니다.',

  'notifications.kind.quiz.ready': '퀴즈가 준비됨',
  'notifications.kind.record.generated': '생활기록부 글을 다 씀',
  'notifications.kind.review.generated': '일기에 답글이 달림',
  'notifications.kind.turn.completed': '대화에 답이 옴',
  'notifications.kind.task.failed': '쓰거나 만들지 못함',

  'notifications.channel.in-app': '이 페이지',
  'notifications.channel.web-push': '브라우저 알림',
  'notifications.channel.alimtalk': '카카오 알림톡',
  'notifications.channel.sms': '문자',
  'notifications.channel.webhook': '웹훅',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'notifications.duty':
    'Notifications sent to browsers, phones and webhooks never contain what you wrote. Titles are shown on this page only.',

  'notifications.bell': 'Notifications',
  'notifications.bell.unread': 'Notifications, unread: {unread}',
  'notifications.title': 'Notifications',
  'notifications.empty': 'No notifications yet.',
  'notifications.failed': 'The notifications could not be loaded.',
  'notifications.unread': 'Unread',
  'notifications.readAll': 'Mark all as read',
  'notifications.more': 'Show more',
  'notifications.settings': 'Notification settings',

  'notifications.settings.lead':
    "Choose what you are notified of, and where. You won't be notified of what you watched to its end, ready or failed.",
  'notifications.settings.failed': 'The notification settings could not be loaded.',
  'notifications.settings.kind': 'What happens',
  'notifications.settings.save': 'Save',
  'notifications.settings.saved': 'The notification settings were saved.',
  'notifications.settings.notSaved': 'The notification settings could not be saved.',

  'notifications.kind.quiz.ready': 'A quiz is ready',
  'notifications.kind.record.generated': 'A student record is written',
  'notifications.kind.review.generated': 'A diary entry has a reply',
  'notifications.kind.turn.completed': 'A conversation has a reply',
  'notifications.kind.task.failed': 'Something could not be written or made',

  'notifications.channel.in-app': 'This page',
  'notifications.channel.web-push': 'Browser',
  'notifications.channel.alimtalk': 'KakaoTalk',
  'notifications.channel.sms': 'Text message',
  'notifications.channel.webhook': 'Webhook',
}
