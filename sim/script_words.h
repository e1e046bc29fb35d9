// A line of a script as words (script.h has the language). ':' and ';' that end
// a word are words of their own. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb::sim {

struct Word {
  std::string text;
  bool quoted = false;
};

// kInvalid says why: a quote left open, an escape that is none.
Result<std::vector<Word>> SplitWords(std::string_view line);

// Walks through the words of a line. What is expected and not there is said by
// Bad(), once: the first complaint stays.
class Words {
 public:
  explicit Words(std::vector<Word> words) : words_(std::move(words)) {}

  bool AtEnd() const { return at_ == words_.size(); }
  const Word* Peek() const { return AtEnd() ? nullptr : &words_[at_]; }
  bool Holds(std::string_view sign) const;  // anywhere from here on
  bool Take(std::string_view word);         // if it is the next one
  std::size_t position() const { return at_; }
  std::string Source(std::size_t from) const;  // up to here, as one line

  // Each takes one word, or says that `what` was expected there.
  bool TakeAny(std::string& text, std::string_view what);
  bool TakeQuoted(std::string& text, std::string_view what);
  bool TakeNumber(int& number, int min, int max, std::string_view what);
  bool TakeTime(Millis& time);

  bool Bad(std::string message);  // always false
  const std::string& complaint() const { return complaint_; }

 private:
  std::string Found() const;

  std::vector<Word> words_;
  std::size_t at_ = 0;
  std::string complaint_;
};

// "3s", "250ms", "2m".
std::optional<Millis> ReadTime(std::string_view text);
std::optional<int> ReadInteger(std::string_view text);

}  // namespace smsweb::sim
