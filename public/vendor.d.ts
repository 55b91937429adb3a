declare module '*/vendor/preact.js' {
  export * from 'preact'
}
declare module '*/vendor/preact-hooks.js' {
  export * from 'preact/hooks'
}
declare module '*/vendor/htm.js' {
  const htm: {
    bind(h: typeof import('preact').h): (strings: TemplateStringsArray, ...values: unknown[]) => import('preact').VNode
  }
  export default htm
}
declare module '*/vendor/uplot.js' {
  export { default } from 'uplot'
}
declare module '*/vendor/markdown-it.js' {
  export { default as MarkdownIt } from 'markdown-it'
  export const cjkFriendly: (md: import('markdown-it').MarkdownIt) => void
}
declare module '*/vendor/lowlight.js' {
  export * from 'lowlight'
}
declare module '*/vendor/katex.js' {
  /** What KaTeX makes before it makes elements of it. */
  export interface DomNode {
    attributes?: Record<string, string>
    children?: DomNode[]
    toNode(): HTMLElement
  }
  const katex: { __renderToDomTree(tex: string, options: import('katex').KatexOptions): DomNode }
  export default katex
}
