// Aligned columns for a person at a terminal, cut to its width.
//
// Where the columns do not fit, those of least importance are left out; one
// that may be cut gives way before that. A column with nothing in it is not
// shown. Widths are counted in code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/outcome.h"

namespace smsweb::ctl {

struct Column {
  std::string title;
  int importance = 0;     // 0: always there; 1 goes last, 9 goes first
  std::size_t least = 0;  // may be cut to this width; 0: is never cut
  bool right = false;     // aligned to the right
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // A cell for each column; what can't be printed in it is replaced.
  void Add(std::vector<std::string> row);

  // Lines, the titles first. `width` 0: as wide as it is.
  std::string Render(std::size_t width) const;

 private:
  struct Fitted {
    std::size_t column;
    std::size_t width;
  };
  std::size_t NaturalWidth(std::size_t column) const;
  bool HasContent(std::size_t column) const;
  std::vector<Fitted> Fit(std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Without the control characters that could move a terminal's cursor, nor those
// that turn the direction of the text. With `lines`, line breaks and tabs stay.
std::string Printable(std::string_view text, bool lines = false);
// The same of JSON as it is written, where they are escaped.
std::string PrintableJson(std::string_view json);
// Lines of it, printable.
std::string JsonText(const Json& json);

// A line of what is shown of one thing: "modem         sim-1". "" where there
// is nothing to say.
std::string Field(std::string_view name, std::string_view value);

}  // namespace smsweb::ctl
