#include "bench/sample/words.h"

#include <algorithm>

namespace smsweb::bench {

std::string_view TakeUntil(std::string_view& text, char end) {
  const auto length = std::min(text.find(end), text.size());
  const auto taken = text.substr(0, length);
  text.remove_prefix(std::min(length + 1, text.size()));
  return taken;
}

std::string_view TakeLine(std::string_view& text) {
  return TakeUntil(text, '\n');
}

std::string_view TakeWord(std::string_view& line) {
  constexpr std::string_view kSpace = " \t";
  line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
  const auto word = line.substr(0, line.find_first_of(kSpace));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace smsweb::bench
