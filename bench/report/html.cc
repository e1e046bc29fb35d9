#include "bench/report/html.h"

#include "bench/report/escape.h"

namespace smsweb::bench {
namespace {

std::string Element(const std::string& name, const std::string& content) {
  return "<" + name + ">" + content + "</" + name + ">";
}

std::string SpanHtml(const Span& span) {
  const std::string text = EscapeHtml(span.text);
  switch (span.kind) {
    case Span::Kind::kPlain:
      return text;
    case Span::Kind::kStrong:
      return Element("strong", text);
    case Span::Kind::kCode:
      return Element("code", text);
    case Span::Kind::kFile:
      return "<a href=\"" + EscapeHtml(RelativeUrl(span.target)) + "\">" +
             text + "</a>";
  }
  return text;
}

std::string TextHtml(const Text& text) {
  std::string html;
  for (const Span& span : text.spans()) html += SpanHtml(span);
  return html;
}

std::string HeadingHtml(const Heading& heading) {
  const std::string tag = "h" + std::to_string(heading.level);
  return "<" + tag + " id=\"" + heading.anchor + "\">" +
         EscapeHtml(heading.text) + "</" + tag + ">\n";
}

std::string Class(bool figures) { return figures ? " class=\"figure\"" : ""; }

std::string HeadHtml(const Table& table) {
  std::string html;
  for (const auto& column : table.columns) {
    html += "<th scope=\"col\"" + Class(column.figures) + ">" +
            EscapeHtml(column.title) + "</th>";
  }
  return "<thead><tr>" + html + "</tr></thead>\n";
}

std::string RowHtml(const Table& table, const Table::Row& row) {
  std::string html;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Text cell = i < row.cells.size() ? row.cells[i] : Text();
    html += "<td" + Class(table.columns[i].figures) + ">" + TextHtml(cell) +
            "</td>";
  }
  using Look = Table::Row::Look;
  const std::string look = row.look == Look::kMuted    ? " class=\"muted\""
                           : row.look == Look::kMarked ? " class=\"marked\""
                                                       : "";
  return "<tr" + look + ">" + html + "</tr>\n";
}

// In a box that scrolls where the table is too wide, by keys as well.
std::string TableHtml(const Table& table) {
  std::string rows;
  for (const auto& row : table.rows) rows += RowHtml(table, row);
  return "<div class=\"scroll\" tabindex=\"0\"><table>\n" + HeadHtml(table) +
         "<tbody>\n" + rows + "</tbody></table></div>\n";
}

class Renderer {
 public:
  explicit Renderer(const ChartSvg& svg) : svg_(svg) {}

  std::string Render(const std::vector<Block>& blocks) {
    std::string html;
    for (const Block& block : blocks) html += std::visit(*this, block);
    return html;
  }

  std::string operator()(const Heading& heading) const {
    return HeadingHtml(heading);
  }
  std::string operator()(const Paragraph& paragraph) const {
    return Element("p", TextHtml(paragraph.text)) + "\n";
  }
  std::string operator()(const Note& note) const {
    const bool good = note.kind == Note::Kind::kGood;
    return "<p class=\"note " + std::string(good ? "good" : "warning") + "\">" +
           TextHtml(note.text) + "</p>\n";
  }
  std::string operator()(const List& list) const {
    std::string items;
    for (const Text& item : list.items) items += Element("li", TextHtml(item));
    return "<ul>" + items + "</ul>\n";
  }
  std::string operator()(const Table& table) const { return TableHtml(table); }
  std::string operator()(const Picture& figure) const {
    const std::string svg = svg_(figure.chart);
    if (svg.empty()) return "";
    const std::string caption = TextHtml(figure.caption);
    return "<figure><div class=\"chart\">" + svg + "</div>" +
           (caption.empty() ? "" : Element("figcaption", caption)) +
           "</figure>\n";
  }
  std::string operator()(const Gallery& gallery) const {
    std::string figures;
    for (const Picture& figure : gallery.figures) figures += (*this)(figure);
    return "<div class=\"gallery\">\n" + figures + "</div>\n";
  }
  std::string operator()(const Code& code) const {
    return "<pre tabindex=\"0\"><code>" + EscapeHtml(code.text) +
           "</code></pre>\n";
  }
  std::string operator()(const Answers& answers) const {
    std::string html;
    for (const auto& [question, answer] : answers.answers) {
      html += "<div>" + Element("dt", EscapeHtml(question)) +
              Element("dd", TextHtml(answer)) + "</div>\n";
    }
    return "<dl class=\"answers\">\n" + html + "</dl>\n";
  }
  std::string operator()(const Fold& fold) {
    return "<details" + std::string(fold.open ? " open" : "") + "><summary>" +
           EscapeHtml(fold.title) + "</summary>\n" + Render(fold.blocks) +
           "</details>\n";
  }

 private:
  const ChartSvg& svg_;
};

std::string Contents(const Document& document) {
  std::string items;
  for (const Block& block : document.blocks()) {
    const auto* heading = std::get_if<Heading>(&block);
    if (heading == nullptr || heading->level != 2) continue;
    items += "<li><a href=\"#" + heading->anchor + "\">" +
             EscapeHtml(heading->text) + "</a></li>\n";
  }
  return "<nav aria-label=\"Contents\"><ol>\n" + items + "</ol></nav>\n";
}

std::string Head(const Document& document) {
  return "<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" "
         "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n" +
         Element("title", EscapeHtml(document.title())) + "\n<style>\n" +
         kPageStyle + "</style>\n</head>\n";
}

}  // namespace

std::string RenderHtml(const Document& document, const ChartSvg& svg) {
  return "<!doctype html>\n<html lang=\"en\">\n" + Head(document) +
         "<body>\n<a class=\"skip\" href=\"#content\">To the content</a>\n"
         "<header>" +
         Element("h1", EscapeHtml(document.title())) + "</header>\n" +
         Contents(document) + "<main id=\"content\">\n" +
         Renderer(svg).Render(document.blocks()) +
         "</main>\n</body>\n</html>\n";
}

}  // namespace smsweb::bench
