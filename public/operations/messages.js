export const ko = {
  'operations.title': '운영',
  'operations.token': '운영자 토큰',
  'operations.token.hint': 'OPERATOR_TOKEN 값입니다. 정하지 않았다면 DATA_DIR의 operator-token 파일에 있습니다.',
  'operations.token.refused': '이 토큰으로는 들어갈 수 없습니다.',
  'operations.enter': '들어가기',
  'operations.leave': '나가기',

  'operations.failed': '처리하지 못한 이벤트',
  'operations.failed.lead': '여러 번 시도해도 되지 않아 사람을 기다리는 일입니다. 몇 초마다 새로 고쳐집니다.',
  'operations.none': '없습니다.',
  'operations.tooMany': '최근 {count}건만 보입니다. 조건을 좁혀 주세요.',

  'operations.status': '상태',
  'operations.status.open': '남아 있음',
  'operations.status.redriven': '다시 처리함',
  'operations.status.discarded': '버림',
  'operations.status.all': '모두',
  'operations.handler': '처리기',
  'operations.event': '이벤트',

  'operations.about': '{event} · {error} · {attempts}번 시도',
  'operations.times': '처음 {first}, 마지막 {last}',
  'operations.settled': '정리 {time}',
  'operations.inspect': '자세히',

  'operations.redrive': '다시 처리',
  'operations.redriveAll': '조건에 맞는 것 모두 다시 처리',
  'operations.redriveAll.sure': '{count}건을 다시 처리할까요?',
  'operations.redriveAll.none': '다시 처리할 것이 없습니다.',
  'operations.withoutHandler': '{count}건은 처리기가 더는 없어 그대로 둡니다.',
  'operations.no': '그만두기',
  'operations.discard': '버리기',
  'operations.reason': '버리는 까닭',

  'operations.say.redriven': '{count}건을 다시 처리합니다.',
  'operations.say.discarded': '버렸습니다.',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'operations.title': 'Operations',
  'operations.token': 'Operator token',
  'operations.token.hint': 'The OPERATOR_TOKEN; if none was given, it is in the file operator-token in DATA_DIR.',
  'operations.token.refused': 'This token does not let you in.',
  'operations.enter': 'Enter',
  'operations.leave': 'Leave',

  'operations.failed': 'Failed events',
  'operations.failed.lead': 'Tried often enough, they wait for somebody. Up to date within a few seconds.',
  'operations.none': 'There are none.',
  'operations.tooMany': 'Only the newest {count} are shown. Narrow the filters.',

  'operations.status': 'Status',
  'operations.status.open': 'Open',
  'operations.status.redriven': 'Redriven',
  'operations.status.discarded': 'Discarded',
  'operations.status.all': 'All',
  'operations.handler': 'Handler',
  'operations.event': 'Event',

  'operations.about': '{event} · {error} · attempts: {attempts}',
  'operations.times': 'First {first}, last {last}',
  'operations.settled': 'Settled {time}',
  'operations.inspect': 'Details',

  'operations.redrive': 'Redrive',
  'operations.redriveAll': 'Redrive all that match',
  'operations.redriveAll.sure': 'To redrive: {count}. Go on?',
  'operations.redriveAll.none': 'There is nothing to redrive.',
  'operations.withoutHandler': 'Left as they are, since their handler is gone: {count}.',
  'operations.no': 'Cancel',
  'operations.discard': 'Discard',
  'operations.reason': 'Why it is discarded',

  'operations.say.redriven': 'Being handled again: {count}.',
  'operations.say.discarded': 'Discarded.',
}
