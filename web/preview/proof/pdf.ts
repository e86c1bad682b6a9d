/** Writes small documents: pages with a line of text each, and whatever a hostile one would carry. */

export interface Written {
  readonly pages: number;
  /** What stands on a page. */
  readonly line: (page: number) => string;
  /** JavaScript that runs when the document opens, in a reader that lets it. */
  readonly script?: string;
  /** Where a link on the first page leads. */
  readonly link?: string;
}

export function pdf({ pages, line, script, link }: Written): Buffer {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const catalogue = add("");
  const tree = add("");
  const font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  const action = script === undefined ? undefined : add(`<< /S /JavaScript /JS (${script}) >>`);
  const annotation =
    link === undefined
      ? undefined
      : add(`<< /Type /Annot /Subtype /Link /Rect [72 690 300 730] /Border [0 0 0] /A << /S /URI /URI (${link}) >> >>`);
  const kids = Array.from({ length: pages }, (_, index) => {
    const text = `BT /F1 24 Tf 72 700 Td (${line(index + 1)}) Tj ET`;
    const content = add(`<< /Length ${text.length} >>\nstream\n${text}\nendstream`);
    const extra = index === 0 && annotation !== undefined ? ` /Annots [${annotation} 0 R]` : "";
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 612 792] /Contents ${content} 0 R ` +
        `/Resources << /Font << /F1 ${font} 0 R >> >>${extra} >>`,
    );
  });
  const open = action === undefined ? "" : ` /OpenAction ${action} 0 R`;
  objects[catalogue - 1] = `<< /Type /Catalog /Pages ${tree} 0 R${open} >>`;
  objects[tree - 1] = `<< /Type /Pages /Count ${pages} /Kids [${kids.map((kid) => `${kid} 0 R`).join(" ")}] >>`;
  return joined(objects);
}

function joined(objects: readonly string[]): Buffer {
  let out = "%PDF-1.7\n";
  const offsets = objects.map((body, index) => {
    const offset = out.length;
    out += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const trailer = `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${out.length}\n%%EOF\n`;
  return Buffer.from(`${out}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${trailer}`, "latin1");
}
