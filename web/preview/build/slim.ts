/**
 * Leaves out of pdf.js what a preview never asks for, so that the frame stays within its budget: editing, the forms
 * of XFA and of annotations (we draw pages, not fields), and the Brotli filter, whose dictionary alone weighs 70 kB
 * and which next to no document uses.
 *
 * The distribution is two files made of marked sections. A section that is gone or renamed in a newer pdf.js stops
 * the build, instead of letting the weight come back unseen.
 */

const MARK = /^;\/\/ (?=\.\/)/m

type Section = string

interface Cut {
  /** Sections in whose place something stands that does nothing, or says that it cannot. */
  readonly replaced: Readonly<Record<Section, string>>
  readonly emptied: RegExp
}

const WORKER: Cut = {
  replaced: {
    './external/brotli/decode.js':
      'const BrotliDecode = () => { throw new Error("The preview does not read Brotli streams.") };',
    './src/core/xfa/factory.js':
      'class XFAFactory { static getRichTextAsHtml() { return null } isValid() { return false } };',
    './src/core/editor/pdf_editor.js':
      'class PDFEditor { constructor() { throw new Error("The preview does not edit documents.") } };',
  },
  emptied: /^\.\/src\/core\/xfa\//,
}

const DRAWING: Cut = {
  replaced: {
    './src/display/editor/editor.js': 'class AnnotationEditor {};',
    './src/pdf.js':
      'export { AnnotationMode, GlobalWorkerOptions, PDFDataRangeTransport, PasswordResponses, TextLayer, getDocument };',
  },
  emptied: /^\.\/src\/display\/(editor\/|annotation_layer|draw_layer|touch_manager)/,
}

export function slimmed(source: string, cut: Cut): string {
  const [head, ...sections] = source.split(MARK)
  const missing = new Set(Object.keys(cut.replaced))
  const kept = sections.map((section) => {
    const name = section.slice(0, section.indexOf('\n')).trim()
    missing.delete(name)
    const replacement = cut.replaced[name]
    if (replacement !== undefined) return `;// ${name}\n${replacement}\n`
    return cut.emptied.test(name) ? `;// ${name}\n` : `;// ${section}`
  })
  if (missing.size > 0)
    throw new Error(`pdf.js has no section ${[...missing].join(', ')} any more: look at preview/build/slim.ts.`)
  return [head, ...kept].join('')
}

/** The cut for one file of the distribution, or nothing for any other file. */
export function cutOf(file: string): Cut | undefined {
  if (/pdfjs-dist\/build\/pdf\.worker\.mjs$/.test(file)) return WORKER
  return /pdfjs-dist\/build\/pdf\.mjs$/.test(file) ? DRAWING : undefined
}
