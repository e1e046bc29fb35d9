#include "bench/ceiling/new_lines.h"

#include "bench/ceiling/log_signs.h"
#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

void AddLines(const std::string& name, std::string_view text,
              std::vector<std::string>& lines) {
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (!line.empty()) lines.push_back(name + ": " + WithoutQueries(line));
  }
}

}  // namespace

NewLines::NewLines(const Files& files) {
  for (const auto& [name, path] : files) {
    files_.emplace_back(name, path).second.PassOver();
  }
}

std::vector<std::string> NewLines::Take() {
  std::vector<std::string> lines;
  for (auto& [name, file] : files_) {
    AddLines(name, file.TakeLines(kMostBytes), lines);
  }
  return lines;
}

}  // namespace smsweb::bench
