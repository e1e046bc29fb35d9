#include "ctl/suggest.h"

#include <algorithm>
#include <cstddef>

namespace smsweb::ctl {
namespace {

// Optimal string alignment, a row of the table at a time.
std::size_t Edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + other});
      const bool swapped =
          i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> Suggest(std::string_view typed,
                                   const std::vector<std::string>& known) {
  std::optional<std::string> best;
  std::size_t fewest = 3;
  for (const std::string& word : known) {
    const std::size_t edits = Edits(typed, word);
    if (edits >= fewest || edits * 2 > word.size()) continue;
    best = word;
    fewest = edits;
  }
  return best;
}

}  // namespace smsweb::ctl
