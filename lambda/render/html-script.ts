/**
 * What the report can do where scripts run; without them everything is there to read. Sorts the table of findings by the buttons that
 * it puts into the headers, shows those that match a text and a severity, copies commands. It puts text into the page as text only.
 */
export const SCRIPT = `
'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const status = document.getElementById('status');
  const say = (text) => { status.textContent = text; };

  const table = document.getElementById('findings-table');
  const headers = table ? all('thead th', table) : [];
  const valueOf = (row, column) => {
    const { dataset, textContent } = row.cells[column];
    return dataset.value === undefined ? textContent.trim() : Number(dataset.value);
  };
  const { compare: compareWords } = new Intl.Collator('en', { numeric: true });
  const compare = (a, b) => typeof a === 'number' ? a - b : compareWords(a, b);
  const sortBy = (column) => {
    const header = headers[column];
    const isAscending = header.getAttribute('aria-sort') !== 'ascending';
    const sign = isAscending ? 1 : -1;
    const order = isAscending ? 'ascending' : 'descending';
    const rows = all('tbody tr', table).map((row) => ({ row, value: valueOf(row, column), rank: valueOf(row, 0) }));
    rows.sort((a, b) => sign * compare(a.value, b.value) || a.rank - b.rank);
    table.tBodies[0].append(...rows.map(({ row }) => row));
    headers.forEach((each) => each.removeAttribute('aria-sort'));
    header.setAttribute('aria-sort', order);
    say('Sorted by ' + header.textContent.trim() + ', ' + order + '.');
  };
  headers.forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    button.addEventListener('click', () => sortBy(column));
    header.append(button);
  });

  const controls = document.getElementById('controls');
  const text = document.getElementById('filter-text');
  const severity = document.getElementById('filter-severity');
  const findings = all('article').map((article) => ({
    parts: [article, document.getElementById(article.id + '-row')],
    severity: article.dataset.severity,
    words: article.textContent.toLowerCase(),
  }));
  const filter = () => {
    const wanted = text.value.toLowerCase().split(/\\s+/);
    let shown = 0;
    for (const finding of findings) {
      const matches = (!severity.value || finding.severity === severity.value)
        && wanted.every((word) => finding.words.includes(word));
      for (const part of finding.parts) part.hidden = !matches;
      shown += matches ? 1 : 0;
    }
    say(shown === findings.length ? '' : shown + ' of ' + findings.length + ' findings shown; the others are filtered out.');
  };
  if (controls) {
    controls.hidden = false;
    text.addEventListener('input', filter);
    severity.addEventListener('change', filter);
    document.addEventListener('click', ({ target }) => {
      const link = target.closest('a[href^="#finding-"]');
      if (!link || !document.querySelector(link.hash).hidden) return;
      text.value = severity.value = '';
      filter();
    });
  }

  const copy = async (pre, button) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      say('Copied.');
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    } catch {
      getSelection().selectAllChildren(pre);
      say('The browser does not allow copying here: the command is selected instead.');
    }
  };
  for (const pre of all('.command pre')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy ' + pre.dataset.name);
    button.addEventListener('click', () => copy(pre, button));
    pre.before(button);
  }
})();
`;

/** Of the bytes of `SCRIPT`, for the content security policy; a test computes it anew. */
export const SCRIPT_HASH = 'sha256-aHPc6Vmoq6+n4I9p/ChDLI92eQSK6J36IXTyOpBP8l8=';
