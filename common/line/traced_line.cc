#include "common/line/traced_line.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/unique_fd.h"
#include "common/line/trace_mask.h"

namespace smsweb {
namespace {

class TracedLine final : public Line {
 public:
  TracedLine(std::unique_ptr<Line> line, std::string name, const Clock& clock,
             TraceSink sink)
      : line_(std::move(line)),
        name_(std::move(name)),
        clock_(clock),
        sink_(std::move(sink)),
        mask_([this](char direction, std::string_view text) {
          Note(direction, text);
        }) {}
  ~TracedLine() override {
    mask_.Finish();
    Note('=', "closed");
  }

  int fd() const override { return line_->fd(); }
  bool Connecting() const override { return line_->Connecting(); }

  Result<std::size_t> Read(std::span<char> buffer) override {
    auto got = line_->Read(buffer);
    if (got) {
      mask_.FromModem({buffer.data(), *got});
    } else {
      Note('=', got.error().message);
    }
    return got;
  }

  Result<std::size_t> Write(std::string_view bytes) override {
    auto wrote = line_->Write(bytes);
    if (wrote) {
      mask_.ToModem(bytes.substr(0, *wrote));
    } else {
      Note('=', wrote.error().message);
    }
    return wrote;
  }

  void Note(char direction, std::string_view text) {
    sink_(fmt::format("{} {} {} {}", FormatRfc3339(clock_.Wall()), name_,
                      direction, text));
  }

 private:
  std::unique_ptr<Line> line_;
  const std::string name_;
  const Clock& clock_;
  const TraceSink sink_;
  TraceMask mask_;
};

}  // namespace

Result<TraceSink> OpenTrace(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
                         O_NOFOLLOW | O_NONBLOCK;
  UniqueFd fd(::open(path.c_str(), kFlags, 0600));
  // One that is there already may be open to others.
  if (!fd || ::fchmod(fd.get(), 0600) != 0) return FailErrno(path, errno);
  const auto file = std::make_shared<UniqueFd>(std::move(fd));
  return [file](std::string_view line) {
    const std::string text = std::string(line) + "\n";
    // A full disk loses the trace, and not the modem.
    [[maybe_unused]] const auto wrote =
        ::write(file->get(), text.data(), text.size());
  };
}

std::unique_ptr<Line> TraceLine(std::unique_ptr<Line> line, std::string name,
                                std::string_view device, const Clock& clock,
                                TraceSink sink) {
  auto traced = std::make_unique<TracedLine>(std::move(line), std::move(name),
                                             clock, std::move(sink));
  traced->Note('=', fmt::format("open {}", device));
  return traced;
}

}  // namespace smsweb
