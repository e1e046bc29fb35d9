#include "cgi/fastcgi_records.h"

#include <algorithm>

namespace smsweb {
namespace {

constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kMostHead = 256 * 1024;
constexpr unsigned kVersion = 1;
constexpr unsigned kBeginRequest = 1;
constexpr unsigned kAbortRequest = 2;
constexpr unsigned kParams = 4;
constexpr unsigned kStdin = 5;

// One octet, or four with the highest bit set. None: it is not whole.
std::optional<std::size_t> TakeLength(std::string_view* bytes) {
  const auto byte = [&](std::size_t i) -> std::size_t {
    return static_cast<unsigned char>((*bytes)[i]);
  };
  if (bytes->empty()) return std::nullopt;
  const std::size_t first = byte(0);
  if (first < 0x80) {
    bytes->remove_prefix(1);
    return first;
  }
  if (bytes->size() < 4) return std::nullopt;
  const std::size_t length =
      (first & 0x7F) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
  bytes->remove_prefix(4);
  return length;
}

}  // namespace

RequestRecords::State RequestRecords::Take(std::string_view bytes,
                                           std::string* kept) {
  while (state_ == State::kPart && !bytes.empty()) {
    if (header_.size() < kHeaderSize) {
      bytes.remove_prefix(TakeHeader(bytes));
      if (header_.size() < kHeaderSize) break;
      BeginRecord();
      if (kept && !skipped_) kept->append(header_);
    }
    const std::size_t taken = std::min(remaining_, bytes.size());
    TakeParameters(bytes.substr(0, taken));
    if (kept && !skipped_) kept->append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    remaining_ -= taken;
    if (remaining_ > 0) break;
    header_.clear();
    if (last_ && state_ == State::kPart) state_ = State::kWhole;
  }
  return state_;
}

std::size_t RequestRecords::TakeHeader(std::string_view bytes) {
  const std::size_t taken =
      std::min(kHeaderSize - header_.size(), bytes.size());
  header_.append(bytes.substr(0, taken));
  return taken;
}

// Without the padding behind them.
void RequestRecords::TakeParameters(std::string_view bytes) {
  const std::size_t taken = std::min(content_, bytes.size());
  if (parameter_) parameters_.append(bytes.substr(0, taken));
  content_ -= taken;
}

void RequestRecords::BeginRecord() {
  const auto byte = [&](std::size_t i) -> unsigned {
    return static_cast<unsigned char>(header_[i]);
  };
  const unsigned type = byte(1);
  const unsigned id = byte(2) << 8 | byte(3);
  const unsigned length = byte(4) << 8 | byte(5);
  remaining_ = length + byte(6);
  content_ = length;
  skipped_ = false;
  parameter_ = false;
  if (byte(0) != kVersion || (!begun_ && type != kBeginRequest)) {
    state_ = State::kNonsense;
    return;
  }
  if (!begun_) {
    begun_ = true;
    request_id_ = id;
  }
  // Records of other requests are not for us: one connection, one request.
  skipped_ = id != request_id_;
  if (skipped_) return;
  if (type == kParams) {
    parameter_ = static_cast<bool>(allow_);
    head_size_ += length;
    if (head_size_ > kMostHead) state_ = State::kNonsense;
  } else if (type == kStdin && length > 0) {
    if (!most_body_) most_body_ = allow_ ? allow_(parameters_) : 0;
    skipped_ = body_size_ > *most_body_;
    if (!skipped_) body_size_ += length;
  }
  last_ = type == kAbortRequest || (type == kStdin && length == 0);
}

void ForEachParameter(
    std::string_view parameters,
    const std::function<void(std::string_view, std::string_view)>& found) {
  for (;;) {
    const auto name = TakeLength(&parameters);
    const auto value = name ? TakeLength(&parameters) : std::nullopt;
    if (!value || parameters.size() < *name + *value) return;
    found(parameters.substr(0, *name), parameters.substr(*name, *value));
    parameters.remove_prefix(*name + *value);
  }
}

}  // namespace smsweb
