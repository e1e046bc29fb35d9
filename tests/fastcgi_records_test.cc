// When a FastCGI request is whole, told from its records.
#include "cgi/fastcgi_records.h"

#include <vector>

#include "catch.h"

namespace smsweb {
namespace {

using State = RequestRecords::State;

constexpr int kBegin = 1, kAbort = 2, kParams = 4, kStdin = 5;

std::string Record(int type, const std::string& content, int id = 1,
                   int padding = 0) {
  const auto size = content.size();
  return std::string{'\x01',
                     static_cast<char>(type),
                     static_cast<char>(id >> 8),
                     static_cast<char>(id),
                     static_cast<char>(size >> 8),
                     static_cast<char>(size),
                     static_cast<char>(padding),
                     '\0'} +
         content + std::string(static_cast<std::size_t>(padding), '\0');
}

const std::string kHead = Record(kBegin, std::string("\0\1\1\0\0\0\0\0", 8)) +
                          Record(kParams, "abc", 1, 5) + Record(kParams, "");
const std::string kWhole =
    kHead + Record(kStdin, "body") + Record(kStdin, "", 1, 8);

std::size_t Most(std::string_view) { return 1000; }

State TakeAll(const std::string& bytes, std::string* kept = nullptr) {
  return RequestRecords(Most).Take(bytes, kept);
}

TEST_CASE("A request is whole with the last byte of what ends its body") {
  std::string kept;
  RequestRecords records(Most);
  for (std::size_t i = 0; i < kWhole.size(); ++i) {
    CAPTURE(i);
    const bool last = i + 1 == kWhole.size();
    REQUIRE(records.Take(kWhole.substr(i, 1), &kept) ==
            (last ? State::kWhole : State::kPart));
    REQUIRE(TakeAll(kWhole.substr(0, i + 1)) ==
            (last ? State::kWhole : State::kPart));
  }
  CHECK(kept == kWhole);
}

TEST_CASE("An aborted request is whole: nothing more of it comes") {
  CHECK(TakeAll(kHead + Record(kAbort, "")) == State::kWhole);
}

TEST_CASE("What is no request is refused at its first header") {
  CHECK(TakeAll("GET / HTTP/1.1\r\n") == State::kNonsense);
  CHECK(TakeAll(std::string(8, '\0')) == State::kNonsense);
  CHECK(TakeAll(Record(kStdin, "")) == State::kNonsense);
}

TEST_CASE("A head without end is refused") {
  std::string head = kHead;
  for (int i = 0; i < 5; ++i) head += Record(kParams, std::string(60000, 'x'));
  CHECK(TakeAll(head) == State::kNonsense);
}

TEST_CASE("The records of other requests end none, and are left out") {
  std::string kept;
  CHECK(TakeAll(kHead + Record(kStdin, "", 2), &kept) == State::kPart);
  CHECK(kept == kHead);
}

TEST_CASE("Of a body over the bound only what shows it is kept") {
  std::string bytes = kHead;
  for (int i = 0; i < 100; ++i) bytes += Record(kStdin, std::string(400, 'x'));
  bytes += Record(kStdin, "");
  std::string kept;
  CHECK(TakeAll(bytes, &kept) == State::kWhole);
  CHECK(kept.size() == kHead.size() + 3 * 408 + 8);
}

// Each length in one octet, or in four (FastCGI specification § 3.4).
std::string Pair(const std::string& name, const std::string& value) {
  const auto length = [](std::size_t size) {
    if (size < 128) return std::string(1, static_cast<char>(size));
    return std::string{static_cast<char>(0x80 | size >> 24),
                       static_cast<char>(size >> 16),
                       static_cast<char>(size >> 8), static_cast<char>(size)};
  };
  return length(name.size()) + length(value.size()) + name + value;
}

TEST_CASE("How long a body may be is asked once, with all before it") {
  const std::string parameters = Pair("A", "1") + Pair("B", "2");
  const std::string bytes =
      Record(kBegin, std::string("\0\1\1\0\0\0\0\0", 8)) +
      Record(kParams, parameters.substr(0, 3), 1, 5) +
      Record(kParams, parameters.substr(3)) + Record(kParams, "") +
      Record(kStdin, std::string(400, 'x')) +
      Record(kStdin, std::string(400, 'x')) + Record(kStdin, "");
  for (std::size_t piece : {1, 7, 10000}) {
    std::vector<std::string> asked;
    RequestRecords records([&](std::string_view seen) {
      asked.emplace_back(seen);
      return std::size_t{300};
    });
    std::string kept;
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      records.Take(std::string_view(bytes).substr(i, piece), &kept);
    }
    CHECK(asked == std::vector<std::string>{parameters});
    CHECK(kept.size() == bytes.size() - 408);
  }
}

TEST_CASE("Parameters are read as far as they are whole") {
  const std::string longer(300, 'v');
  const std::string bytes =
      Pair("A", "") + Pair("NAME", longer) + Pair("B", "2");
  const auto read = [](std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    ForEachParameter(
        text, [&](auto name, auto value) { pairs.emplace_back(name, value); });
    return pairs;
  };
  CHECK(read(bytes) == std::vector<std::pair<std::string, std::string>>{
                           {"A", ""}, {"NAME", longer}, {"B", "2"}});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CHECK(read(bytes.substr(0, i)).size() < 3);
  }
}

}  // namespace
}  // namespace smsweb
