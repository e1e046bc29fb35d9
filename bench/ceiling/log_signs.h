// What the words of web servers and programs in their logs mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb::bench {

// Words that name a cause when they stand in a log.
struct LogSign {
  std::string_view cause;    // Cause::name
  std::string_view words;    // as the program writes them
  std::string_view program;  // who writes them
  std::string_view meaning;  // a sentence without its full stop
  std::string_view remedy;   // which setting, in which file
  bool sparing = false;      // it is said once, or once a second
};

// The sign of this line that says most; null: it has none.
const LogSign* SignOf(std::string_view line);

// Lines of a log that have signs of one cause.
struct Said {
  const LogSign* sign = nullptr;  // of the first line
  std::uint64_t lines = 0;
  // The first line of each sign, with how many there were; without what a URL
  // has after its "?", and not too long to be read.
  std::vector<std::string> quotes;

  explicit operator bool() const { return lines > 0; }
  // The meaning of the first sign, as a sentence begins.
  std::string Sentence() const;
};
Said WhatLogsSay(const std::vector<std::string>& log_lines,
                 std::string_view cause);

// A line as it may be shown: the queries of URLs in it, which have numbers and
// texts, replaced by "?...".
std::string WithoutQueries(std::string_view line);

}  // namespace smsweb::bench
