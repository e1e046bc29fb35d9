#include "bench/load/http_answer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace smsweb::bench {
namespace {

constexpr std::size_t kLongestLine = 16'384;
constexpr std::size_t kMostBody = 4096;  // of one that is kept
constexpr std::string_view kVersion = "HTTP/1.";

bool IsSame(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// A list such as "keep-alive, Upgrade" has this word.
bool Lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (IsSame(Trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// All of `text` as a number.
template <typename T>
bool Read(std::string_view text, T& number, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && stop == end;
}

}  // namespace

void HttpAnswer::Expect(bool to_head) {
  std::string().swap(body_);  // and its memory with it
  *this = HttpAnswer();
  to_head_ = to_head;
}

HttpAnswer::Progress HttpAnswer::ProgressOf(State state) {
  if (state == State::kWhole) return Progress::kWhole;
  return state == State::kBroken ? Progress::kBroken : Progress::kMore;
}

HttpAnswer::Progress HttpAnswer::Feed(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  while (!bytes.empty() && ProgressOf(state_) == Progress::kMore) {
    state_ = Take(bytes);
  }
  if (!bytes.empty()) keeps_ = false;  // bytes that nobody asked for
  return ProgressOf(state_);
}

HttpAnswer::Progress HttpAnswer::Close() {
  keeps_ = false;
  if (state_ == State::kBodyToEnd) state_ = State::kWhole;
  return ProgressOf(state_);
}

HttpAnswer::State HttpAnswer::Take(std::string_view& bytes) {
  const bool in_body = state_ == State::kBody || state_ == State::kBodyToEnd ||
                       state_ == State::kChunk;
  if (in_body) return TakeBody(bytes);
  std::string_view line;
  if (TakeLine(bytes, line)) {
    const State next = OnLine(line);
    line_.clear();
    return next;
  }
  const bool is_other = state_ == State::kStatusLine &&
                        !line_.starts_with(kVersion.substr(0, line_.size()));
  return is_other || line_.size() > kLongestLine ? State::kBroken : state_;
}

bool HttpAnswer::TakeLine(std::string_view& bytes, std::string_view& line) {
  const auto end = bytes.find('\n');
  const auto taken = bytes.substr(0, end);
  bytes.remove_prefix(std::min(taken.size() + 1, bytes.size()));
  if (end == std::string_view::npos || !line_.empty()) line_ += taken;
  line = line_.empty() ? taken : std::string_view(line_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return end != std::string_view::npos;
}

HttpAnswer::State HttpAnswer::TakeBody(std::string_view& bytes) {
  const bool to_end = state_ == State::kBodyToEnd;
  const std::uint64_t wanted = to_end ? bytes.size() : left_;
  const std::string_view taken = bytes.substr(
      0,
      static_cast<std::size_t>(std::min<std::uint64_t>(wanted, bytes.size())));
  bytes.remove_prefix(taken.size());
  if (status_ / 100 != 2) {
    body_ += taken.substr(0, kMostBody - body_.size());
  }
  if (to_end) return state_;
  left_ -= taken.size();
  if (left_ > 0) return state_;
  return state_ == State::kBody ? State::kWhole : State::kChunkEnd;
}

HttpAnswer::State HttpAnswer::OnLine(std::string_view line) {
  switch (state_) {
    case State::kStatusLine:
      return OnStatusLine(line);
    case State::kHeader:
      return line.empty() ? OnHeadersEnd() : OnHeader(line);
    case State::kChunkSize:
      return OnChunkSize(line);
    case State::kChunkEnd:
      return line.empty() ? State::kChunkSize : State::kBroken;
    case State::kTrailer:
      return line.empty() ? State::kWhole : State::kTrailer;
    default:
      return State::kBroken;
  }
}

// "HTTP/1.1 202 Accepted"; the words may be missing (RFC 9112 § 4).
HttpAnswer::State HttpAnswer::OnStatusLine(std::string_view line) {
  constexpr std::size_t kStatusAt = 9;
  constexpr std::size_t kWordsAt = kStatusAt + 3;
  const bool is_http = line.starts_with(kVersion) && line.size() >= kWordsAt &&
                       line[kStatusAt - 1] == ' ' &&
                       (line.size() == kWordsAt || line[kWordsAt] == ' ') &&
                       Read(line.substr(kStatusAt, 3), status_) &&
                       status_ >= 100;
  if (!is_http) return State::kBroken;
  keeps_ = line[kStatusAt - 2] != '0';
  return State::kHeader;
}

HttpAnswer::State HttpAnswer::OnHeader(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return State::kBroken;
  const auto name = line.substr(0, colon);
  const auto value = Trim(line.substr(colon + 1));
  if (IsSame(name, "content-length")) {
    has_length_ = Read(value, left_);
    if (!has_length_) return State::kBroken;
  } else if (IsSame(name, "transfer-encoding")) {
    chunked_ = Lists(value, "chunked");
  } else if (IsSame(name, "connection")) {
    keeps_ = (keeps_ || Lists(value, "keep-alive")) && !Lists(value, "close");
  }
  return State::kHeader;
}

bool HttpAnswer::HasNoBody() const {
  return to_head_ || status_ == 204 || status_ == 304;
}

// RFC 9112 § 6.3.
HttpAnswer::State HttpAnswer::OnHeadersEnd() {
  if (status_ < 200) {  // a word in between, such as 100 (Continue)
    Expect(to_head_);
    started_ = true;
    return State::kStatusLine;
  }
  if (HasNoBody()) return State::kWhole;
  if (chunked_) return State::kChunkSize;
  if (!has_length_) {
    keeps_ = false;
    return State::kBodyToEnd;
  }
  return left_ > 0 ? State::kBody : State::kWhole;
}

HttpAnswer::State HttpAnswer::OnChunkSize(std::string_view line) {
  constexpr int kHex = 16;
  const auto size = Trim(line.substr(0, line.find(';')));
  if (!Read(size, left_, kHex)) return State::kBroken;
  return left_ > 0 ? State::kChunk : State::kTrailer;
}

}  // namespace smsweb::bench
