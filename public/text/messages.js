/** Words of texts that a model wrote. */
export const ko = {
  'prose.code': '코드',
  'prose.picture': '그림',
  'prose.done': '완료',
  'prose.notDone': '미완료',
  'prose.table': '표',
  'prose.notes': '각주',
  'prose.note': '각주 {number}',
  'prose.note.back': '각주 {number}의 본문으로 돌아가기',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'prose.code': 'Code',
  'prose.picture': 'Picture',
  'prose.done': 'Done',
  'prose.notDone': 'Not done',
  'prose.table': 'Table',
  'prose.notes': 'Footnotes',
  'prose.note': 'Footnote {number}',
  'prose.note.back': 'Back to the text of footnote {number}',
}
