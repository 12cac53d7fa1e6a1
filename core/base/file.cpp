#include "core/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace quant {

namespace fs = std::filesystem;

namespace {

std::string errno_text(int error) { return std::generic_category().message(error); }

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

tl::unexpected<Error> cannot_open(const fs::path& path, int error) {
  const char* hint = "check the path and its permissions";
  if (error == ENOENT || error == ENOTDIR) hint = "check the path";
  if (error == ELOOP) hint = "the link leads to itself; give the real file";
  return failure(ErrorCode::io, "cannot open", path.string(), errno_text(error), hint);
}

/// What a path that is no regular file is, in words.
const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a folder";
  if (S_ISFIFO(mode)) return "it is a named pipe";
  if (S_ISSOCK(mode)) return "it is a socket";
  return "it is a device";
}

tl::unexpected<Error> cannot_write(const fs::path& path, int error) {
  const char* hint = "check the folder and its permissions";
  if (error == ENOSPC || error == EDQUOT) hint = "free some space, or write to another disk";
  return failure(ErrorCode::io, "cannot write", path.string(), errno_text(error), hint);
}

/// Writes all bytes; 0, or the errno of the failure.
int write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return 0;
}

/// A new empty file beside `target`, open for writing; its name in `beside`. Another process may be writing the same
/// target.
int create_beside(const fs::path& target, std::string& beside) {
  static std::atomic<unsigned> counter{0};
  int fd = -1;
  do {
    beside = target.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".part";
    fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EEXIST);
  return fd;
}

/// Makes the rename itself durable. A file system that cannot sync a folder is not a failure.
void sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

}  // namespace

Result<std::shared_ptr<const InputFile>> InputFile::open(const fs::path& path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));  // O_NONBLOCK: a pipe would wait for a writer
  if (fd.get() < 0 && errno == ENXIO) {                                    // a socket
    return failure(ErrorCode::unsupported, "cannot open", path.string(), "path: it is no regular file", "give a file");
  }
  if (fd.get() < 0) return cannot_open(path, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return cannot_open(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return failure(ErrorCode::unsupported, "cannot open", path.string(),
                   std::string("path: ") + kind_of(status.st_mode) + ", no regular file", "give a regular file");
  }
  if (status.st_size <= 0) {
    return failure(ErrorCode::malformed, "cannot open", path.string(), "empty file: it has 0 bytes",
                   "it was not written or downloaded; get it again");
  }
  return std::shared_ptr<const InputFile>(
      new InputFile(path, fd.release(), static_cast<std::uint64_t>(status.st_size)));
}

InputFile::~InputFile() { ::close(fd_); }

Result<void> InputFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return failure(ErrorCode::io, "cannot read", path_.string() + ", byte " + std::to_string(offset),
                     errno_text(errno), "check the disk or the network share, and try again");
    }
    if (n == 0) {
      return failure(ErrorCode::io, "cannot read", path_.string() + ", byte " + std::to_string(offset),
                     "the file changed: it ends here and had " + std::to_string(size_) + " bytes when it was opened",
                     "wait until whatever writes it is done, and open it again");
    }
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

Result<std::vector<std::byte>> InputFile::head(std::uint64_t n) const {
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min(n, size_)));
  QUANT_CHECK(read(0, bytes));
  return bytes;
}

Result<std::string> read_text(const fs::path& path, std::uint64_t limit) {
  QUANT_TRY(file, InputFile::open(path));
  if (file->size() > limit) {
    return failure(ErrorCode::malformed, "cannot read", path.string(),
                   "it has " + std::to_string(file->size()) + " bytes, at most " + std::to_string(limit) + " are read",
                   "this is not the text file that was expected here");
  }
  std::string text(static_cast<std::size_t>(file->size()), '\0');
  QUANT_CHECK(file->read(0, std::as_writable_bytes(std::span(text))));
  return text;
}

Result<void> write_file(const fs::path& path, std::span<const std::byte> bytes) {
  std::error_code ec;
  // A link is written through: the file that it names is replaced, not the link.
  const fs::path target = fs::is_symlink(path, ec) ? fs::weakly_canonical(path, ec) : path;
  std::string beside;
  Descriptor fd(create_beside(target, beside));
  if (fd.get() < 0) return cannot_write(path, errno);
  int error = write_all(fd.get(), bytes);
  if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
  if (error == 0 && ::close(fd.release()) != 0) error = errno;  // network file systems report a full disk here
  if (error == 0 && ::rename(beside.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(beside.c_str());
    return cannot_write(path, error);
  }
  sync_folder(target.has_parent_path() ? target.parent_path() : fs::path("."));
  return {};
}

Result<void> write_file(const fs::path& path, std::string_view text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

fs::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  if (cache != nullptr && fs::path(cache).is_absolute()) {  // the XDG specification: relative paths are ignored
    folder = cache;
  } else if (home != nullptr && *home != '\0') {
    folder = fs::path(home) / ".cache";
  } else {
    folder = fs::path("/tmp") / ("cache-" + std::to_string(::getuid()));
  }
  folder /= "quantoscope";
  std::error_code ec;
  fs::create_directories(folder, ec);
  return folder;
}

}  // namespace quant
