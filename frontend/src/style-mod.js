// CodeMirror's styles in a constructed style sheet. The library itself would put a style element into the page,
// which the content security policy refuses; a sheet made by a script of the site is admitted.
import { StyleModule } from "../node_modules/style-mod/src/style-mod.js";

const sheets = new WeakMap();

StyleModule.mount = (root, modules) => {
  let known = sheets.get(root);
  if (!known) {
    known = { sheet: new CSSStyleSheet(), modules: [] };
    sheets.set(root, known);
    // First, so that the site's own sheets have the last word.
    root.adoptedStyleSheets = [known.sheet, ...root.adoptedStyleSheets];
  }
  const wanted = [modules].flat();
  if (wanted.every((each) => known.modules.includes(each))) return;
  known.modules = [...known.modules.filter((each) => !wanted.includes(each)), ...wanted];
  known.sheet.replaceSync(known.modules.map((each) => each.getRules()).join("\n"));
};

export { StyleModule };
