/** Where a number or a rule comes from. */
export interface Source {
  readonly source: string
  /** Printed page; null where none is known. */
  readonly page: number | null
  /** `quoted`: excerpts of the ministry's guide were read. `reported`: others say so, no official text was seen. */
  readonly verified: 'quoted' | 'reported'
}

/** The ministry's guide for elementary schools, 2026, under 교육부훈령 제555호. */
export const elementaryGuide: Source = {
  source: '학교생활기록부 기재요령(초등학교), 교육부, 2026',
  page: 150,
  verified: 'quoted',
}

/** The ministry's guide for high schools, 2026. */
export const highGuide: Source = {
  source: '학교생활기록부 기재요령(고등학교), 교육부, 2026',
  page: 208,
  verified: 'quoted',
}

/** Press that quotes the guide of 2022: edujin.co.kr, article 45029. */
export const press: Source = {
  source: '학교생활기록부 기재요령(고등학교), 교육부, 2022: edujin.co.kr 45029호 기사',
  page: null,
  verified: 'reported',
}

/** Public record writers and byte counters of 2026, none of which names an official text. */
export const anonymous: Source = {
  source: '공개된 생활기록부 작성·점검 도구, 2026',
  page: null,
  verified: 'reported',
}
