// How a command ends, and how that is said: V.250 § 5.7, and the codes of
// +CME ERROR (3GPP TS 27.007 § 9.2) and +CMS ERROR (TS 27.005 § 3.2.5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smsweb::sim {

struct Final {
  enum class Kind : std::uint8_t {
    kOk,
    kError,
    kUnknown,  // there is no such command
    kNoCarrier,
    kCme,
    kCms,
    kPrompt,   // text is awaited
    kPending,  // the answer comes later, or never
  };
  Kind kind = Kind::kOk;
  int code = 0;  // of kCme and kCms
};

inline constexpr Final kOk{Final::Kind::kOk};
inline constexpr Final kError{Final::Kind::kError};
inline constexpr Final kUnknownCommand{Final::Kind::kUnknown};
inline constexpr Final kNoCarrier{Final::Kind::kNoCarrier};
inline constexpr Final kPrompt{Final::Kind::kPrompt};
inline constexpr Final kPending{Final::Kind::kPending};
constexpr Final Cme(int code) { return {Final::Kind::kCme, code}; }
constexpr Final Cms(int code) { return {Final::Kind::kCms, code}; }

inline constexpr int kCmeNotAllowed = 3;
inline constexpr int kCmeNoSim = 10;
inline constexpr int kCmePinRequired = 11;
inline constexpr int kCmePukRequired = 12;
inline constexpr int kCmeWrongPassword = 16;
inline constexpr int kCmeNoNetwork = 30;

inline constexpr int kCmsNotAllowed = 302;
inline constexpr int kCmsNotSupported = 303;
inline constexpr int kCmsInvalidPdu = 304;
inline constexpr int kCmsInvalidText = 305;
inline constexpr int kCmsNoSim = 310;
inline constexpr int kCmsPinRequired = 311;
inline constexpr int kCmsPukRequired = 316;
inline constexpr int kCmsInvalidIndex = 321;
inline constexpr int kCmsMemoryFull = 322;
inline constexpr int kCmsNoSmsc = 330;
inline constexpr int kCmsNoNetwork = 331;
inline constexpr int kCmsNoAckExpected = 340;
inline constexpr int kCmsUnknown = 500;

// What a command answers: lines of information, then how it ended.
struct Reply {
  std::vector<std::string> lines;
  Final final = kOk;

  Reply(Final end) : final(end) {}  // NOLINT: `return kError;` reads well
  Reply(std::string line) : lines{std::move(line)} {}  // NOLINT
};

std::string_view CmeText(int code);
std::string_view CmsText(int code);

}  // namespace smsweb::sim
