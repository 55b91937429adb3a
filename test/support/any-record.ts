/** The input of most record tests. */
export const anyRecord = {
  category: 'subject',
  subject: '확률과 통계',
  observations: '교통량 자료로 신호 시간을 조정하는 모형을 만들어 발표함. 모둠원의 질문에 근거를 들어 답함.',
} as const
