/** The only file that names the vendored module. */

export { default as uPlot } from '../../vendor/uplot.js'
