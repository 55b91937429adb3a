import { basename, join } from 'node:path'
import type { Plugin } from 'esbuild'
import { publicFolder } from './templates.ts'
import { fontFolder, fontVersion, vendorSource } from './vendor.ts'

/**
 * Finds what a page names by its address: files of `public/` and those below `/vendor/`; the fonts stay where they are.
 *
 * @param sheets by its name, the addresses that a style sheet is made of
 * @param wordsFontCss the style sheet at `/words-font.css`
 */
export function pageFiles(sheets: ReadonlyMap<string, readonly string[]>, wordsFontCss: string): Plugin {
  return {
    name: 'page-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^sheet:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'sheet' }))
      onLoad({ filter: /./, namespace: 'sheet' }, ({ path }) => ({
        contents: sheets
          .get(path)
          ?.map(href => `@import ${JSON.stringify(href)};`)
          .join('\n'),
        loader: 'css',
        resolveDir: publicFolder,
      }))
      onResolve({ filter: /^\/words-font\.css$/ }, () => ({ path: 'words-font.css', namespace: 'words' }))
      onLoad({ filter: /./, namespace: 'words' }, () => ({ contents: wordsFontCss, loader: 'css' }))
      onResolve({ filter: /^\/vendor\/pretendard\/.*\.css$/ }, ({ path }) => ({
        path: join(fontFolder, basename(path)),
      }))
      onResolve({ filter: /^\.\/words-.*\.woff2$/ }, ({ path }) => ({ path, external: true }))
      onResolve({ filter: /\.woff2$/ }, ({ path }) => ({
        path: `./pretendard-${fontVersion}/${basename(path)}`,
        external: true,
      }))
      onResolve({ filter: /\/vendor\/[\w-]+\.(js|css)$/ }, ({ path }) => ({
        path: basename(path),
        namespace: 'vendor',
      }))
      // Of preact there is one, also for what draws the first view.
      onResolve({ filter: /^preact$/ }, () => ({ path: 'preact.js', namespace: 'vendor' }))
      onResolve({ filter: /^\.\//, namespace: 'vendor' }, ({ path }) => ({ path: basename(path), namespace: 'vendor' }))
      // A package of many files as one module: else what esbuild adds for its CommonJS is a file that every page waits for.
      onLoad({ filter: /./, namespace: 'vendor' }, async ({ path }) => ({
        contents: await vendorSource(path),
        loader: path.endsWith('.css') ? 'css' : 'js',
      }))
      onResolve({ filter: /^\/.*\.(js|css)$/ }, ({ path }) => ({
        path: path.startsWith(publicFolder) ? path : join(publicFolder, path),
      }))
    },
  }
}
