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
