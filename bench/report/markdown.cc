#include "bench/report/markdown.h"

#include "bench/report/escape.h"

namespace smsweb::bench {
namespace {

std::string SpanMarkdown(const Span& span) {
  const std::string text = EscapeMarkdown(span.text);
  switch (span.kind) {
    case Span::Kind::kPlain:
      return text;
    case Span::Kind::kStrong:
      return "**" + text + "**";
    case Span::Kind::kCode:
      return MarkdownCode(span.text);
    case Span::Kind::kFile:
      return "[" + text + "](" + RelativeUrl(span.target) + ")";
  }
  return text;
}

std::string TextMarkdown(const Text& text) {
  std::string markdown;
  for (const Span& span : text.spans()) markdown += SpanMarkdown(span);
  return markdown;
}

std::string Line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const auto& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string TableMarkdown(const Table& table) {
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (const auto& column : table.columns) {
    titles.push_back(EscapeMarkdown(column.title));
    rules.emplace_back(column.figures ? "---:" : "---");
  }
  std::string markdown = Line(titles) + Line(rules);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Text cell = i < row.cells.size() ? row.cells[i] : Text();
      const bool marked = row.look == Table::Row::Look::kMarked && i == 0;
      cells.push_back(marked ? "**" + TextMarkdown(cell) + "**"
                             : TextMarkdown(cell));
    }
    markdown += Line(cells);
  }
  return markdown + "\n";
}

class Renderer {
 public:
  explicit Renderer(const ChartPath& path) : path_(path) {}

  std::string Render(const std::vector<Block>& blocks) {
    std::string markdown;
    for (const Block& block : blocks) markdown += std::visit(*this, block);
    return markdown;
  }

  std::string operator()(const Heading& heading) const {
    return std::string(static_cast<std::size_t>(heading.level), '#') + " " +
           EscapeMarkdown(heading.text) + "\n\n";
  }
  std::string operator()(const Paragraph& paragraph) const {
    return TextMarkdown(paragraph.text) + "\n\n";
  }
  std::string operator()(const Note& note) const {
    return "> " + TextMarkdown(note.text) + "\n\n";
  }
  std::string operator()(const List& list) const {
    std::string markdown;
    for (const Text& item : list.items) {
      markdown += "- " + TextMarkdown(item) + "\n";
    }
    return markdown + "\n";
  }
  std::string operator()(const Table& table) const {
    return TableMarkdown(table);
  }
  std::string operator()(const Picture& figure) const {
    const std::string path = path_(figure.chart);
    if (path.empty()) return "";
    const std::string caption = TextMarkdown(figure.caption);
    return "![" + EscapeMarkdown(Describe(figure.chart)) + "](" +
           RelativeUrl(path) + ")\n\n" +
           (caption.empty() ? "" : caption + "\n\n");
  }
  std::string operator()(const Gallery& gallery) const {
    std::string markdown;
    for (const Picture& figure : gallery.figures) markdown += (*this)(figure);
    return markdown;
  }
  std::string operator()(const Code& code) const {
    return MarkdownCodeBlock(code.text) + "\n";
  }
  std::string operator()(const Answers& answers) const {
    std::string markdown;
    for (const auto& [question, answer] : answers.answers) {
      markdown += "**" + EscapeMarkdown(question) + "** " +
                  TextMarkdown(answer) + "\n\n";
    }
    return markdown;
  }
  std::string operator()(const Fold& fold) {
    return "**" + EscapeMarkdown(fold.title) + "**\n\n" + Render(fold.blocks);
  }

 private:
  const ChartPath& path_;
};

}  // namespace

std::string RenderMarkdown(const Document& document, const ChartPath& path) {
  return "# " + EscapeMarkdown(document.title()) + "\n\n" +
         Renderer(path).Render(document.blocks());
}

}  // namespace smsweb::bench
