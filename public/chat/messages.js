export const ko = {
  'chat.title': '대화',
  'chat.duty': 'AI의 답은 틀릴 수 있습니다. 중요한 것은 직접 확인해 주세요.',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'chat.title': 'Chat',
  'chat.duty': 'The AI can be wrong. Check what matters.',
}
