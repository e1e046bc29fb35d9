#include "ctl/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace smsweb::ctl {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::string_view kCutMark = "...";

bool ContinuesCodePoint(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return !ContinuesCodePoint(c); }));
}

std::string Cut(std::string_view text, std::size_t width) {
  if (Width(text) <= width) return std::string(text);
  const std::size_t keep = width - std::min(width, kCutMark.size());
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    if (!ContinuesCodePoint(text[bytes]) && seen++ == keep) break;
  }
  return std::string(text.substr(0, bytes)) +
         std::string(kCutMark.substr(0, width));
}

std::string Pad(std::string text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, Width(text)), ' ');
  return right ? space + text : text + space;
}

struct Unprintable {
  std::size_t size = 0;  // octets; 0: there is none
  unsigned character = 0;
};

// C0 and C1 (U+0080 to U+009F), DEL, and what turns the direction of a text
// (Unicode's Bidi_Control).
Unprintable UnprintableAt(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  if (octet(0) < 0x20 || octet(0) == 0x7F) return {1, octet(0)};
  if (octet(0) == 0xC2 && octet(1) >= 0x80 && octet(1) < 0xA0) {
    return {2, octet(1)};
  }
  const unsigned character =
      (octet(0) & 0x0FU) << 12 | (octet(1) & 0x3FU) << 6 | (octet(2) & 0x3FU);
  const bool three = (octet(0) & 0xF0U) == 0xE0 && octet(2) >= 0x80;
  const bool turns = character == 0x200E || character == 0x200F ||
                     (character >= 0x202A && character <= 0x202E) ||
                     (character >= 0x2066 && character <= 0x2069);
  if (three && turns) return {3, character};
  return {};
}

// Each that is unprintable, but for those of `kept`, as `shown` has it.
template <typename Shown>
std::string Replace(std::string_view text, std::string_view kept, Shown shown) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const Unprintable found = UnprintableAt(text, i);
    if (found.size == 0 || kept.find(text[i]) != std::string_view::npos) {
      out += text[i++];
    } else {
      out += shown(found.character);
      i += found.size;
    }
  }
  return out;
}

}  // namespace

void Table::Add(std::vector<std::string> row) {
  for (auto& cell : row) cell = Printable(cell);
  row.resize(columns_.size());
  rows_.push_back(std::move(row));
}

std::size_t Table::NaturalWidth(std::size_t column) const {
  std::size_t width = Width(columns_[column].title);
  for (const auto& row : rows_) width = std::max(width, Width(row[column]));
  return width;
}

bool Table::HasContent(std::size_t column) const {
  return std::ranges::any_of(
      rows_, [&](const auto& row) { return !row[column].empty(); });
}

std::vector<Table::Fitted> Table::Fit(std::size_t width) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].importance == 0 || HasContent(i)) order.push_back(i);
  }
  std::ranges::stable_sort(
      order, {}, [&](std::size_t i) { return columns_[i].importance; });

  std::vector<Fitted> fitted;
  std::size_t used = 0;
  for (const std::size_t i : order) {
    const std::size_t natural = NaturalWidth(i);
    const std::size_t least =
        columns_[i].least == 0 ? natural : std::min(natural, columns_[i].least);
    const std::size_t gap = fitted.empty() ? 0 : kGap;
    const bool fits = width == 0 || used + gap + least <= width;
    if (!fits && columns_[i].importance > 0) continue;
    fitted.push_back({i, least});
    used += gap + least;
  }
  for (auto& [column, given] : fitted) {
    const std::size_t wants = NaturalWidth(column) - given;
    const std::size_t spare =
        width == 0 ? wants : width - std::min(width, used);
    const std::size_t more = std::min(wants, spare);
    given += more;
    used += more;
  }
  std::ranges::sort(fitted, {}, &Fitted::column);
  return fitted;
}

std::string Table::Render(std::size_t width) const {
  const auto fitted = Fit(width);
  std::string out;
  const auto render = [&](const auto& cell_of) {
    std::string line;
    for (const auto& [column, cell_width] : fitted) {
      if (!line.empty()) line.append(kGap, ' ');
      line += Pad(Cut(cell_of(column), cell_width), cell_width,
                  columns_[column].right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  render([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) render([&](std::size_t i) { return row[i]; });
  return out;
}

std::string Printable(std::string_view text, bool lines) {
  return Replace(text, lines ? "\n\t" : "",
                 [](unsigned) { return std::string("?"); });
}

std::string PrintableJson(std::string_view json) {
  return Replace(json, "\n", [](unsigned character) {
    return fmt::format("\\u{:04x}", character);
  });
}

std::string JsonText(const Json& json) {
  return PrintableJson(
             json.dump(2, ' ', false, Json::error_handler_t::replace)) +
         "\n";
}

std::string Field(std::string_view name, std::string_view value) {
  if (value.empty()) return "";
  return fmt::format("{:<14}{}\n", name, Printable(value));
}

}  // namespace smsweb::ctl
