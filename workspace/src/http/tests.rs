mod access;
mod answers;
mod csrf;
mod load;
mod sessions;
mod set_up;
mod stream;
mod throttling;
