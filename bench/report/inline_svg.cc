// gnuplot's SVG, made fit to stand in a page beside others.
#include <vector>

#include "bench/report/draw.h"
#include "bench/report/escape.h"

namespace smsweb::bench {
namespace {

// What lies between `from` and `to` goes, both included.
void Drop(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at)) {
    const std::size_t end = text.find(to, at);
    if (end == std::string::npos) return;
    text.erase(at, end + to.size() - at);
  }
}

// `<g ...>` with nothing in it, of which gnuplot writes many; and again, for
// what held only those.
bool DropEmptyGroups(std::string& text) {
  constexpr std::string_view kEnd = "</g>";
  std::string kept;
  std::size_t from = 0;
  bool dropped = false;
  for (std::size_t at = text.find(kEnd); at != std::string::npos;
       at = text.find(kEnd, from)) {
    const std::size_t before = text.find_last_not_of(" \t\n", at - 1);
    const std::size_t begin = text.rfind("<g", before);
    const bool empty = text[before] == '>' && begin != std::string::npos &&
                       begin >= from && text.find('>', begin) == before;
    kept.append(text, from, (empty ? begin : at + kEnd.size()) - from);
    from = at + kEnd.size();
    dropped = dropped || empty;
  }
  text = kept.append(text, from);
  return dropped;
}

// Ids and what refers to them: id='x', href='#x', url(#x).
void PrefixIds(std::string& text, std::string_view name) {
  const std::string prefix = std::string(name) + "-";
  for (const std::string_view before :
       {" id='", " id=\"", "href='#", "href=\"#", "url(#"}) {
    for (std::size_t at = text.find(before); at != std::string::npos;
         at = text.find(before, at + before.size())) {
      text.insert(at + before.size(), prefix);
    }
  }
}

// Marks that are not used need no definition.
void DropUnusedDefinitions(std::string& text) {
  const std::size_t end = text.find("</defs>");
  const bool used =
      end != std::string::npos && text.find("<use ", end) != std::string::npos;
  if (!used) Drop(text, "<defs>", "</defs>");
  Drop(text, "<filter ", "</filter>");
}

std::string ViewBox(std::string_view svg) {
  constexpr std::string_view kBefore = "viewBox=\"";
  const std::size_t at = svg.find(kBefore);
  if (at == std::string_view::npos) return "0 0 720 380";
  const auto box = svg.substr(at + kBefore.size());
  return std::string(box.substr(0, box.find('"')));
}

std::string Content(std::string_view svg) {
  const std::size_t element = svg.find("<svg");
  if (element == std::string_view::npos) return "";
  const std::size_t begin = svg.find('>', element) + 1;
  return std::string(svg.substr(begin, svg.rfind("</svg>") - begin));
}

}  // namespace

std::string InlineSvg(std::string_view svg, std::string_view name,
                      std::string_view description) {
  std::string content = Content(svg);
  Drop(content, "<title>", "</title>");
  Drop(content, "<desc>", "</desc>");
  DropUnusedDefinitions(content);
  Drop(content, " stroke-linecap=\"butt\"", "\"miter\"");  // as by default
  while (DropEmptyGroups(content)) {
  }
  PrefixIds(content, name);
  const std::string box = ViewBox(svg);
  const std::string width = box.substr(4, box.find(' ', 4) - 4);
  return "<svg role=\"img\" aria-label=\"" + EscapeHtml(description) +
         "\" viewBox=\"" + EscapeHtml(box) + "\" width=\"" + EscapeHtml(width) +
         "\">" + content + "</svg>";
}

}  // namespace smsweb::bench
